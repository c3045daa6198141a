"""Mails from raw bytes to the committed case, one after the other in one process, without classification.

    ./run bench mail [N]

N mails (1,000), a mix of what residents and machines send. Beside them the bare limit: the same mails read by the
standard library alone, and as many rows written by the bare driver, one transaction for each mail; and, on SQLite,
django-helpdesk on the very same mails. Aims: 100 mails per second of one core; memory flat over 10,000; a mail of
25 MB within 2 s.
"""

import email
import email.policy
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import django

from bench._beside import helpdesk
from bench._engines import Figures, main
from bench._mails import MIX, mail, with_file
from bench._product import manage

MAILS = next((int(word) for word in sys.argv[1:] if word.isdigit()), 1000)
WARM_UP: Final = len(MIX) * 3
LARGE: Final = 25 * 1024 * 1024
AIM_PER_CPU_SECOND: Final = 100.0
TABLES: Final = (
    "cases_case", "cases_caseparticipant", "cases_message", "cases_attachment", "cases_caseevent", "cases_eventwork",
    "intake_rawmessage", "intake_mailarrival", "notifications_suppression",
)  # fmt: skip
TWIN: Final = "bare_"
Rows = dict[str, tuple[list[str], list[list[Any]]]]


@dataclass
class Clock:
    """Seconds of what is done within ``timed``: by the wall, of the processor, and of this thread alone by kind.

    The processor works for the other threads between two calls, too; what this one spends there is taken off.
    """

    wall: float = 0.0
    by_kind: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    process: float = field(default_factory=time.process_time)
    thread: float = field(default_factory=time.thread_time)

    def timed(self, kind: str, work: Callable[[], Any]) -> Any:
        wall, spent = time.perf_counter(), time.thread_time()
        done = work()
        self.wall += time.perf_counter() - wall
        self.by_kind[kind].append(time.thread_time() - spent)
        return done

    def cpu(self) -> float:
        between = time.thread_time() - self.thread - sum(map(sum, self.by_kind.values()))
        return time.process_time() - self.process - between


def measure(state: Path) -> Figures:
    """Everything in this one process: its processor time and its memory are those of the product."""
    for words in (("migrate", "-v0"), ("createcachetable",), ("load_city",), ("load_mailboxes",)):
        manage(*words)
    django.setup()
    open_broker()
    folder = state / "mails"
    folder.mkdir()
    receive_many(Clock(), 0, WARM_UP, folder)
    before, quarter, ours = newest(), MAILS // 4, Clock()
    receive_many(ours, WARM_UP, quarter, folder)
    at_quarter = resident_mb()
    receive_many(ours, WARM_UP + quarter, MAILS - quarter, folder)
    cpu = ours.cpu()
    at_end = resident_mb()
    bare, bare_cpu = bare_limit(rows_since(before))
    figures = {
        "mails": MAILS,
        "load_average": round(os.getloadavg()[0], 1),
        "mails_per_cpu_second": round(MAILS / cpu, 1),
        "mails_per_second": round(MAILS / ours.wall, 1),
        "cpu_ms_of_the_thread": {
            kind: round(1000 * sum(all_) / len(all_), 2) for kind, all_ in ours.by_kind.items()
        },
        "statements": statements(),
        "memory_mb": {"at_quarter": at_quarter, "at_end": at_end},
        "large_mail_seconds": large(state),
        "bare_mails_per_cpu_second": round(MAILS / bare_cpu, 1),
        "bare_mails_per_second": round(MAILS / bare.wall, 1),
    }
    figures |= {
        "cost_by_bare_limit": round(cpu / bare_cpu, 1),
        "ratio": round(AIM_PER_CPU_SECOND / (MAILS / cpu), 2),
    }
    return figures | beside(state, folder, MAILS / cpu)


def beside(state: Path, folder: Path, ours: float) -> Figures:
    """The peer, and how many times as many mails ours takes in; it knows SQLite alone here."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return {}
    peer = helpdesk(state, folder, WARM_UP)
    if "skipped" in peer:
        return {"peer": peer}
    return {"peer": peer, "mails_by_peer": round(ours / peer["mails_per_cpu_second"], 2)}


def open_broker() -> None:
    """Somewhere to put the rings for the worker that classifies, who stays away; they are said by a thread, as in the
    worker that takes mails in.
    """
    from cases.hints import crier
    from contact_centre.management.commands.serve import prepare_broker

    prepare_broker()
    crier.start()


def numbered(first: int, count: int) -> Iterator[tuple[int, str]]:
    return ((number, MIX[number % len(MIX)]) for number in range(first, first + count))


def receive_many(clock: Clock, first: int, count: int, folder: Path | None = None) -> None:
    """So many mails of the mix; a reply answers the newest case. ``folder`` keeps them for the peer."""
    from django.utils import timezone

    from contact_centre.intake.process import receive

    at = timezone.now()
    for number, kind in numbered(first, count):
        to, sender = newest_case(at) if kind == "reply" else (address(), "")
        raw = mail(kind, number, at, to=to, sender=sender)
        if folder is not None:
            (folder / f"{number:06}-{kind}.eml").write_bytes(raw)
        row = clock.timed(kind, partial(receive, raw, at=at))
        assert (row.state, row.reason) == EXPECTED[kind], (kind, row.state, row.reason, row.error)


EXPECTED: Final = {
    "plain": ("CASE_CREATED", "REQUEST"),
    "alternative": ("CASE_CREATED", "REQUEST"),
    "photo": ("CASE_CREATED", "REQUEST"),
    "reply": ("CASE_UPDATED", "REPLY"),
    "bounce": ("BOUNCE_RECORDED", "BOUNCE"),
    "newsletter": ("CASE_CREATED", "MACHINE_MAIL"),
}


def address() -> str:
    from django.conf import settings

    return str(settings.CITY_EMAIL)


def newest_case(at: datetime) -> tuple[str, str]:
    """The reply address of the newest case's reporter, and her own."""
    from django.conf import settings

    from cases.keys import reply_token
    from cases.models import CaseParticipant

    person = CaseParticipant.objects.exclude(email="").latest("id")
    return f"reply+{reply_token(person, on=at.date())}@{settings.MAIL_DOMAIN}", person.email


def statements() -> int:
    """How many statements a plain mail takes, those that begin and end transactions included."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as caught:
        receive_many(Clock(), MAILS + WARM_UP + len(MIX), 1)
    return len(caught)


def resident_mb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


def large(state: Path) -> dict[str, float]:
    """Seconds of one mail of 25 MB, by the wall and of the processor."""
    from django.utils import timezone

    from contact_centre.intake.process import receive

    at = timezone.now()
    raw = with_file(10 * MAILS, at, to=address(), size=LARGE)
    clock = Clock()
    row = clock.timed("large", lambda: receive(raw, at=at))
    assert row.state == "CASE_CREATED", row.state
    assert (state / "files" / "raw_mail" / row.path).exists()
    return {"wall": round(clock.wall, 2), "cpu": round(sum(clock.by_kind["large"]), 2)}


def newest() -> dict[str, int]:
    """The last id of every table that mails write to."""
    with bare_connection() as handle:
        found = {table: handle.execute(f"SELECT MAX(id) FROM {table}").fetchone()[0] for table in TABLES}
    return {table: last or 0 for table, last in found.items()}


def rows_since(before: dict[str, int]) -> Rows:
    """The rows that came since, as the driver sees them: columns and values by table."""
    rows = {}
    with bare_connection() as handle:
        for table, last in before.items():
            cursor = handle.execute(f"SELECT * FROM {table} WHERE id > {last} ORDER BY id")
            rows[table] = (
                [column[0] for column in cursor.description],
                [list(row) for row in cursor.fetchall()],
            )
    return rows


def bare_limit(rows: Rows) -> tuple[Clock, float]:
    """Read mails of the same mix by the standard library, and write the very rows of the run into twin tables."""
    from django.utils import timezone

    at = timezone.now()
    with bare_connection() as handle:
        for table in rows:
            make_twin(handle, table)
        handle.commit()
        inserts = {table: insert(table, names) for table, (names, _) in rows.items()}
        clock = Clock()
        for turn, (number, kind) in enumerate(numbered(WARM_UP, MAILS)):
            raw = mail(kind, number, at, to=address())

            def work(raw: bytes = raw, turn: int = turn) -> None:
                read_bare(raw)
                for table, (_, values) in rows.items():
                    for row in values[turn * len(values) // MAILS : (turn + 1) * len(values) // MAILS]:
                        handle.execute(inserts[table], row)
                handle.commit()

            clock.timed(kind, work)
    return clock, clock.cpu()


def make_twin(handle: Any, table: str) -> None:
    """An empty table with the same columns and indexes, without triggers and keys to others."""
    from django.db import connection

    if connection.vendor == "postgresql":
        handle.execute(f"CREATE TABLE {TWIN}{table} (LIKE {table} INCLUDING ALL)")
        return
    made = handle.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('table', 'index') AND sql IS NOT NULL "
        "ORDER BY type DESC",
        [table],
    )
    for name, sql in made.fetchall():
        renamed = sql.replace(f'"{table}"', f'"{TWIN}{table}"')
        handle.execute(renamed if name == table else renamed.replace(f'"{name}"', f'"{TWIN}{name}"', 1))


def read_bare(raw: bytes) -> None:
    made = email.message_from_bytes(raw, policy=email.policy.default)
    for part in made.walk():
        if not part.is_multipart():
            part.get_content()


def insert(table: str, names: list[str]) -> str:
    from django.db import connection

    mark = "?" if connection.vendor == "sqlite" else "%s"
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {TWIN}{table} ({quoted}) VALUES ({', '.join([mark] * len(names))})"


def as_text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode()


@contextmanager
def bare_connection() -> Iterator[Any]:
    """The driver alone, as durable as the product."""
    from django.db import connection

    if connection.vendor == "sqlite":
        import sqlite3

        handle: Any = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
        handle.execute("PRAGMA journal_mode=WAL")
        handle.execute("PRAGMA synchronous=FULL")
    else:
        import psycopg
        from psycopg.types.json import set_json_loads

        settings = connection.settings_dict
        handle = psycopg.connect(host=settings["HOST"], dbname=settings["NAME"], user=settings["USER"])
        # JSON stays the text that it is.
        set_json_loads(as_text, handle)
    try:
        yield handle
    finally:
        handle.close()


if __name__ == "__main__":
    main("mail", measure)
