"""Messages and group memberships of the embedded channel layer, in an SQLite file that all processes share."""

import json
import sqlite3
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Message = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, channel TEXT NOT NULL,
    payload TEXT NOT NULL, expires REAL NOT NULL);
CREATE INDEX IF NOT EXISTS message_owner ON message (owner, id);
CREATE INDEX IF NOT EXISTS message_channel ON message (channel, expires);
CREATE TABLE IF NOT EXISTS membership (
    name TEXT NOT NULL, channel TEXT NOT NULL, owner TEXT NOT NULL, expires REAL NOT NULL,
    PRIMARY KEY (name, channel)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS membership_owner ON membership (owner);
CREATE TABLE IF NOT EXISTS reader (owner TEXT PRIMARY KEY, seen REAL NOT NULL) WITHOUT ROWID;
"""
BUSY_SECONDS = 10
READER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Letter:
    """A message taken out of the file for one channel."""

    channel: str
    message: Message
    expires: float


def owner_of(channel: str) -> str:
    """The process that a channel belongs to (``specific.x!``), or the channel itself when any process may read it."""
    return channel[: channel.find("!") + 1] or channel


class MessageFile:
    """One connection to the file, for one thread. Losing the file loses hints, never facts: it is not synced."""

    def __init__(self, path: Path) -> None:
        self._connection = _connect(path)

    def close(self) -> None:
        """Close the connection; the file stays."""
        self._connection.close()

    def put(self, channel: str, message: Message, *, expiry: float, capacity: int) -> bool:
        """Leave a message for a channel; False when as many as ``capacity`` wait there already."""
        now = time.time()
        added = self._connection.execute(
            "INSERT INTO message (owner, channel, payload, expires) SELECT ?, ?, ?, ? WHERE"
            " (SELECT count(*) FROM message WHERE channel = ? AND expires > ?) < ?",
            (owner_of(channel), channel, json.dumps(message), now + expiry, channel, now, capacity),
        )
        return added.rowcount == 1

    def put_group(self, group: str, message: Message, *, expiry: float, capacity: int) -> None:
        """Leave a message for each member of a group that is not full, in one statement."""
        now = time.time()
        self._connection.execute(
            "INSERT INTO message (owner, channel, payload, expires)"
            " SELECT m.owner, m.channel, ?, ? FROM membership m WHERE m.name = ? AND m.expires > ? AND"
            " (SELECT count(*) FROM message w WHERE w.channel = m.channel AND w.expires > ?) < ?",
            (json.dumps(message), now + expiry, group, now, now, capacity),
        )

    def take_all(self, owner: str) -> list[Letter]:
        """Take every message for the channels of one process, oldest first."""
        if not self._connection.execute("SELECT 1 FROM message WHERE owner = ? LIMIT 1", (owner,)).fetchone():
            return []
        rows = self._connection.execute(
            "DELETE FROM message WHERE owner = ? RETURNING id, channel, payload, expires", (owner,)
        ).fetchall()
        return _letters(rows)

    def take_one(self, channel: str) -> list[Letter]:
        """Take the oldest message of a channel that several processes may read; each message goes to one."""
        if not self._connection.execute(
            "SELECT 1 FROM message WHERE owner = ? LIMIT 1", (channel,)
        ).fetchone():
            return []
        rows = self._connection.execute(
            "DELETE FROM message WHERE id = (SELECT min(id) FROM message WHERE owner = ? AND expires > ?)"
            " RETURNING id, channel, payload, expires",
            (channel, time.time()),
        ).fetchall()
        return _letters(rows)

    def join(self, group: str, channel: str, *, expiry: float) -> None:
        """Make a channel a member of a group until it leaves, its process ends or the time is over."""
        self._connection.execute(
            "INSERT OR REPLACE INTO membership (name, channel, owner, expires) VALUES (?, ?, ?, ?)",
            (group, channel, owner_of(channel), time.time() + expiry),
        )

    def leave(self, group: str, channel: str) -> None:
        """End a membership, if there is one."""
        self._connection.execute("DELETE FROM membership WHERE name = ? AND channel = ?", (group, channel))

    def tidy(self, alive: Collection[str]) -> None:
        """Say that these readers live; forget what has expired and what belonged to processes that are gone."""
        now = time.time()
        rows = [(owner, now) for owner in alive]
        self._connection.executemany("INSERT OR REPLACE INTO reader (owner, seen) VALUES (?, ?)", rows)
        self._connection.execute("DELETE FROM message WHERE expires <= ?", (now,))
        self._connection.execute("DELETE FROM membership WHERE expires <= ?", (now,))
        gone = "SELECT owner FROM reader WHERE seen < ?"
        self._connection.execute(f"DELETE FROM membership WHERE owner IN ({gone})", (now - READER_SECONDS,))  # noqa: S608
        self._connection.execute("DELETE FROM reader WHERE seen < ?", (now - READER_SECONDS,))

    def clear(self) -> None:
        """Forget all messages and memberships."""
        self._connection.executescript("DELETE FROM message; DELETE FROM membership; DELETE FROM reader;")


def _letters(rows: list[tuple[int, str, str, float]]) -> list[Letter]:
    now = time.time()
    return [
        Letter(channel, json.loads(payload), expires)
        for _, channel, payload, expires in sorted(rows)
        if expires > now
    ]


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            # Two processes that turn a new file to WAL at once: SQLite refuses one without waiting.
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.executescript(SCHEMA)
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return connection
