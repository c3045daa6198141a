"""A small IMAP server over a real socket: enough of RFC 3501, 4315 and 6851 for imap-tools to believe it.

It keeps mails by UID, hides nothing, and breaks a connection wherever a test wants it to.
"""

import asyncio
import base64
import re
import threading
from dataclasses import dataclass, field

CAPABILITIES = "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 UIDPLUS"
_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


@dataclass
class Stored:
    """One mail of a folder."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Box:
    """What the server holds, and what it shall do wrong."""

    password: str = "tajne"
    token: str = "token-1"
    uid_validity: int = 17
    next_uid: int = 1
    folders: dict[str, dict[int, Stored]] = field(default_factory=lambda: {"INBOX": {}, "Done": {}})
    can_move: bool = True
    # The n-th command of this name (with what it fetches) is the last of its connection: cut before or in its answer.
    breaks: dict[str, str] = field(default_factory=dict)
    refuses_uid: set[int] = field(default_factory=set)
    # Mails of which the server says BAD, and those at which it ends the connection.
    bad_uid: set[int] = field(default_factory=set)
    fatal_uid: set[int] = field(default_factory=set)
    internal_date: str = "17-Nov-2026 08:58:00 +0100"
    login_answer: str = "NO [AUTHENTICATIONFAILED] wrong"
    commands: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, raw: bytes, folder: str = "INBOX", *flags: str) -> int:
        """A mail arrives."""
        with self.lock:
            uid, self.next_uid = self.next_uid, self.next_uid + 1
            self.folders[folder][uid] = Stored(raw, set(flags))
            return uid

    def renumber(self) -> None:
        """The server was restored from a backup: another UIDVALIDITY, and every mail has a new UID."""
        with self.lock:
            self.uid_validity += 1
            for name, mails in self.folders.items():
                self.folders[name] = {number: mails[uid] for number, uid in enumerate(sorted(mails), 101)}
            self.next_uid = 1000


class Cut(Exception):
    """The connection ends here."""


class Session:
    """One client."""

    def __init__(self, box: Box, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.box, self.reader, self.writer = box, reader, writer
        self.folder = ""

    async def run(self) -> None:
        try:
            await self.say(f"* OK [CAPABILITY {CAPABILITIES}] ready")
            while line := await self.reader.readline():
                await self.answer(line)
        except (Cut, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writer.close()

    async def say(self, line: str | bytes) -> None:
        self.writer.write((line.encode() if isinstance(line, str) else line) + b"\r\n")
        await self.writer.drain()

    async def answer(self, line: bytes) -> None:
        while found := _LITERAL.search(line):
            await self.say("+ go on")
            line = line[: found.start()] + b'"' + await self.reader.readexactly(int(found[1])) + b'"'
            line += await self.reader.readline()
        tag, _, rest = line.decode().strip().partition(" ")
        words = rest.split(" ")
        name = " ".join(words[:2] if words[0].upper() == "UID" else words[:1]).upper()
        what = name + (" BODY" if "BODY" in rest else " SIZE" if "RFC822.SIZE" in rest else "")
        with self.box.lock:
            self.box.commands.append(rest)
        when = self.box.breaks.pop(what, "")
        if when == "before":
            raise Cut
        method = getattr(self, "do_" + name.lower().replace(" ", "_"), None)
        done = await method(rest, when) if method else "BAD unknown"
        if when == "after":
            raise Cut
        await self.say(f"{tag} {done}")

    async def do_capability(self, rest: str, when: str) -> str:
        move = " MOVE" if self.box.can_move else ""
        await self.say(f"* CAPABILITY {CAPABILITIES}{move}")
        return "OK done"

    async def do_login(self, rest: str, when: str) -> str:
        return "OK in" if f'"{self.box.password}"' in rest else self.box.login_answer

    async def do_authenticate(self, rest: str, when: str) -> str:
        await self.say("+ ")
        said = base64.b64decode(await self.reader.readline()).decode()
        if rest.split()[1].upper() == "PLAIN":
            return "OK in" if said.endswith(f"\0{self.box.password}") else self.box.login_answer
        if f"auth=Bearer {self.box.token}\x01" in said:
            return "OK in"
        await self.say("+ " + base64.b64encode(b'{"status":"401"}').decode())
        await self.reader.readline()
        return self.box.login_answer

    async def do_select(self, rest: str, when: str) -> str:
        self.folder = rest.split(" ", 1)[1].strip('"')
        if self.folder not in self.box.folders:
            return "NO no such folder"
        await self.say(f"* {len(self.mails)} EXISTS")
        await self.say("* FLAGS (\\Seen \\Deleted)")
        await self.say(f"* OK [UIDVALIDITY {self.box.uid_validity}] valid")
        return "OK [READ-WRITE] open"

    async def do_uid_search(self, rest: str, when: str) -> str:
        await self.say("* SEARCH " + " ".join(map(str, self.mails)))
        return "OK done"

    async def do_uid_fetch(self, rest: str, when: str) -> str:
        _, _, uids, parts = rest.split(" ", 3)
        for uid in map(int, uids.split(",")):
            if uid in self.box.refuses_uid and "BODY" in parts:
                return "NO cannot read it"
            if uid in self.box.bad_uid and "BODY" in parts:
                return "BAD Command Error. 10"
            if uid in self.box.fatal_uid and "BODY" in parts:
                raise Cut
            if uid in self.mails:
                await self.fetch_one(uid, parts, when)
        return "OK done"

    async def fetch_one(self, uid: int, parts: str, when: str) -> None:
        stored = self.mails[uid]
        number = list(self.mails).index(uid) + 1
        if "BODY" not in parts:
            await self.say(
                f"* {number} FETCH (UID {uid} RFC822.SIZE {len(stored.raw)}"
                f' INTERNALDATE "{self.box.internal_date}")'
            )
            return
        if "PEEK" not in parts:
            stored.flags.add("\\Seen")
        is_header = "HEADER" in parts
        raw = stored.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if is_header else stored.raw
        label = "BODY[HEADER]" if is_header else "BODY[]"
        head = f"* {number} FETCH (UID {uid} {label} {{{len(raw)}}}\r\n".encode()
        if when == "middle":
            self.writer.write(head + raw[: len(raw) // 2])
            await self.writer.drain()
            raise Cut
        self.writer.write(head + raw)
        await self.say(")")

    async def do_uid_store(self, rest: str, when: str) -> str:
        _, _, uids, how, flags = rest.split(" ", 4)
        for uid in map(int, uids.split(",")):
            if uid in self.mails and how.startswith("+"):
                self.mails[uid].flags |= set(flags.strip("()").split())
        return "OK done"

    async def do_uid_copy(self, rest: str, when: str) -> str:
        return self.hand_over(rest, is_move=False)

    async def do_uid_move(self, rest: str, when: str) -> str:
        return self.hand_over(rest, is_move=True)

    def hand_over(self, rest: str, *, is_move: bool) -> str:
        _, _, uids, target = rest.split(" ", 3)
        for uid in map(int, uids.split(",")):
            stored = self.mails.get(uid)
            if stored is not None:
                self.box.add(stored.raw, target.strip('"'))
                if is_move:
                    del self.mails[uid]
        return "OK done"

    async def do_expunge(self, rest: str, when: str) -> str:
        for uid in [uid for uid, one in self.mails.items() if "\\Deleted" in one.flags]:
            number = list(self.mails).index(uid) + 1
            del self.mails[uid]
            await self.say(f"* {number} EXPUNGE")
        return "OK done"

    async def do_logout(self, rest: str, when: str) -> str:
        await self.say("* BYE")
        return "OK bye"

    async def do_noop(self, rest: str, when: str) -> str:
        return "OK done"

    @property
    def mails(self) -> dict[int, Stored]:
        return self.box.folders[self.folder]
