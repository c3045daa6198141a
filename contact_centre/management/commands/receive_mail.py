"""Take mails in: as the pipe command of a mail server, from a file, from a maildir or from an mbox file."""

import json
import mailbox
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from cases.queries.together import further_cases
from contact_centre.intake import store
from contact_centre.intake.consequences import automatic_mails
from contact_centre.intake.fates import source_key
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mailboxes.progress import takes_no_more
from contact_centre.intake.models import UNSETTLED, RawMessage, RawState
from contact_centre.intake.process import SECONDS, process, receive

# Exit codes of sysexits.h, which mail servers understand: no such input; keep the mail and try again later.
NO_INPUT: Final = 66
TRY_AGAIN: Final = 75
STDIN: Final = "-"
Source = Path | bytes | int | None


class TookTooLong(BaseException):
    """The time for one mail is over. No ``Exception``: whatever goes on at the moment must not take it for a fault."""


class Command(BaseCommand):
    help = (
        "Store and process mails. Exit code 0: all are stored and settled; 66: nothing to read; "
        "75: not stored or not settled, to be offered again later (doing so twice changes nothing)."
    )
    # Whatever goes wrong must end in a code that makes the mail server keep the mail.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", help="a mail; - reads it from standard input")
        source.add_argument("--maildir", type=Path, metavar="DIR", help="a maildir, or a directory of mails")
        source.add_argument(
            "--mbox", type=Path, metavar="FILE", help='a file of mails after lines of "From "'
        )
        source.add_argument(
            "--retry", action="store_true", help="process again what failed or was left half-way"
        )
        parser.add_argument("--json", type=Path, metavar="OUT", help="write what became of each mail")

    def handle(self, *args: Any, **options: Any) -> None:
        results: list[dict[str, Any]] = []
        for name, source in _sources(options):
            result = self._one(name, source)
            results.append(result)
            cases = ", ".join(result.get("references", [result["reference"]]))
            told = (result["file"], result["state"], result["reason"], cases)
            self.stdout.write("\t".join(one or "-" for one in told))
        if options["json"]:
            text = json.dumps({"received": len(results), "messages": results}, ensure_ascii=False, indent=1)
            options["json"].write_text(text + "\n", encoding="utf-8")
        if any(result["state"] in ("", *UNSETTLED) for result in results):
            raise CommandError("Not everything could be stored and settled: try again.", returncode=TRY_AGAIN)

    def _one(self, name: str, source: Source) -> dict[str, Any]:
        try:
            if source is None:
                source = sys.stdin.buffer.read()
                if _is_too_often(source):
                    self.stderr.write(f"{name}: the mailbox takes no more in this hour")
                    return _undone(name)
            with _within(SECONDS):
                return _described(name, _settled(source))
        except (DatabaseError, OSError, TookTooLong) as error:
            self.stderr.write(f"{name}: {type(error).__name__}: {error}")
            return _undone(name)


def _settled(source: Path | bytes | int) -> RawMessage:
    if isinstance(source, int):
        return process(source, at=timezone.now())
    return receive(source if isinstance(source, bytes) else source.read_bytes(), at=timezone.now())


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Raise TookTooLong when it lasts longer: the mail is stored by then, and the sweep gives it to a worker that can
    be killed."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong(f"longer than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except TookTooLong:
        _connect_anew()
        raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _connect_anew() -> None:
    """The alarm may have struck between the steps of a transaction: what the connection says of itself is worth
    nothing, and the next mail would be written into a transaction that nobody ends."""
    with suppress(DatabaseError):
        connection.close()
        connection.connect()


def _is_too_often(raw: bytes) -> bool:
    """Whether every mailbox that the mail is for has taken in as many as it takes in an hour."""
    try:
        with _within(SECONDS):
            return takes_no_more(parse(store.header_of(raw)).recipients, timezone.now())
    except (DatabaseError, TookTooLong):
        # The bytes can be kept all the same.
        return False


def _sources(options: dict[str, Any]) -> Iterator[tuple[str, Source]]:
    """The name of each mail, and its file, its bytes, its row, or None for standard input."""
    if options["retry"]:
        unfinished = RawMessage.objects.filter(Q(state__in=UNSETTLED) | Q(state=RawState.FAILED))
        for pk, digest in list(unfinished.order_by("id").values_list("pk", "sha256")):
            yield digest, pk
    elif options["maildir"] is not None:
        directory: Path = options["maildir"]
        for path in _mails_in(directory):
            yield str(path.relative_to(directory)), path
    elif options["mbox"] is not None:
        yield from _mails_of(options["mbox"])
    elif options["file"] == STDIN:
        yield STDIN, None
    else:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"There is no file {path}", returncode=NO_INPUT)
        yield path.name, path


def _mails_in(directory: Path) -> list[Path]:
    """The mails of a maildir (what is in ``tmp`` is still being written), or the files of a plain directory."""
    if not directory.is_dir():
        raise CommandError(f"There is no directory {directory}", returncode=NO_INPUT)
    boxes = [box for name in ("new", "cur") if (box := directory / name).is_dir()] or [directory]
    return sorted(path for box in boxes for path in box.iterdir() if path.is_file() and path.name[0] != ".")


def _mails_of(path: Path) -> Iterator[tuple[str, bytes]]:
    """The mails of an mbox file, by their number; the file stays as it is."""
    if not path.is_file():
        raise CommandError(f"There is no file {path}", returncode=NO_INPUT)
    with path.open("rb") as file:
        if file.read(5) not in (b"From ", b""):
            raise CommandError(f'{path} does not begin with a line of "From "', returncode=NO_INPUT)
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.iterkeys(), 1):
            yield f"{path.name}:{number}", box.get_bytes(key)
    finally:
        box.close()


def _described(name: str, row: RawMessage) -> dict[str, Any]:
    further = list(further_cases([source_key(row)])) if row.case else []
    # Only a mail that opened several cases names more than one.
    several = {"references": [one.reference for one in (row.case, *further) if one]} if further else {}
    return several | {
        "file": name,
        "state": row.state,
        "reason": row.reason,
        "reference": row.case.reference if row.case else "",
        "evidence": row.evidence,
        "subject": row.subject,
        "from": row.sender,
        "attachments": row.file_count,
        "auto_mails": automatic_mails(row, at=timezone.now()),
    }


def _undone(name: str) -> dict[str, Any]:
    """A mail that could not be stored, or was stored and could not be settled for a trouble of ours."""
    return {
        "file": name, "state": "", "reason": "TRY_AGAIN", "reference": "", "evidence": "", "subject": "", "from": "",
        "attachments": 0, "auto_mails": 0,
    }  # fmt: skip
