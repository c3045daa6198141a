"""Read mutated mails for some minutes: none may make the reader fail, or keep it longer than the limit.

    python -m tools.fuzz_mail --minutes 10 DIR [--limit SECONDS] [--seed N]

DIR holds mails to mutate. The mail that failed is written to ``--keep`` (a directory), by its digest. Ends with 1
when any did.
"""

import argparse
import hashlib
import os
import random
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import django

_TOKENS: Final = (
    b"\r\n", b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"--", b"=", b"=?utf-8?B?", b"?=", b'"', b"\\", b";",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n", b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Type: text/html\r\n", b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
    b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22", b"filename*0*=utf-8''%C4", b"charset=utf-7",
    b"begin 644 x\nM", b"\nend\n", b"=ybegin line=1 name=x\r\n", b"<blockquote type=cite>", b"<div class=gmail_quote>",
    b"> ", b"On 2024 wrote:\r\n", b"From: <", b"-- \r\n", b"<!--", b"<a href=", b"&#x1F600;",
)  # fmt: skip
_MAX_BYTES: Final = 400_000
_LINE: Final = re.compile(rb"(?<=\n)")


@dataclass(slots=True)
class Tally:
    read: int = 0
    failed: int = 0
    slow: int = 0
    worst: float = 0.0
    noted: int = 0


def mutated(chance: random.Random, raw: bytes, other: bytes) -> bytes:
    """The mail after one to eight changes."""
    for _ in range(chance.randint(1, 8)):
        raw = chance.choice(_CHANGES)(chance, raw, other)[:_MAX_BYTES]
    return raw


def _place(chance: random.Random, raw: bytes) -> int:
    return chance.randint(0, len(raw))


def _flip(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    place = _place(chance, raw)
    return raw[:place] + bytes([chance.randrange(256)]) + raw[place + 1 :]


def _insert(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    place = _place(chance, raw)
    return raw[:place] + chance.choice(_TOKENS) + raw[place:]


def _repeat(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    place = _place(chance, raw)
    piece = chance.choice((chance.choice(_TOKENS), raw[place : place + chance.randint(1, 40)]))
    return raw[:place] + piece * chance.choice((10, 100, 1000, 5000)) + raw[place:]


def _cut(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    start, end = sorted((_place(chance, raw), _place(chance, raw)))
    return raw[:start] + raw[end:] if chance.random() < 0.7 else raw[:start]


def _splice(chance: random.Random, raw: bytes, other: bytes) -> bytes:
    start = _place(chance, other)
    return raw[: _place(chance, raw)] + other[start : start + chance.randint(1, 20_000)]


def _shuffle(chance: random.Random, raw: bytes, _other: bytes) -> bytes:
    lines = _LINE.split(raw)
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"".join(lines)


_CHANGES: Final[tuple[Callable[[random.Random, bytes, bytes], bytes], ...]] = (
    _flip, _flip, _insert, _insert, _repeat, _cut, _splice, _shuffle,
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path, help="mails to mutate")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--limit", type=float, default=5.0, help="seconds that reading one mail may take")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, default=None, help="where to write the mails that failed")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_centre.settings.test")
    django.setup()
    mails = [path.read_bytes() for path in sorted(options.directory.iterdir()) if path.is_file()]
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2**32)
    tally = _run(random.Random(seed), mails, options)  # noqa: S311 - to be repeated by its seed
    print(
        f"seed {seed}: {tally.read} mails read in {options.minutes:g} min, {tally.failed} failed, "
        f"{tally.slow} slower than {options.limit:g} s, the slowest took {tally.worst:.2f} s; "
        f"{tally.noted} were read by their header alone"
    )
    return int(bool(tally.failed or tally.slow))


def _run(chance: random.Random, mails: list[bytes], options: argparse.Namespace) -> Tally:
    from contact_centre.intake.mail.parse import parse  # noqa: PLC0415 - Django is set up first
    from contact_centre.intake.mail.sanitise import sanitised  # noqa: PLC0415

    tally = Tally()
    until = time.monotonic() + options.minutes * 60
    while time.monotonic() < until:
        raw = mutated(chance, chance.choice(mails), chance.choice(mails))
        started = time.process_time()
        try:
            mail = parse(raw)
            (mail.text + mail.reply + mail.subject).encode()
            sanitised(mail.html, mail.files)
            tally.noted += any(defect.startswith("unreadable") for defect in mail.defects)
        except Exception as error:  # noqa: BLE001 - what is looked for
            tally.failed += 1
            _keep(options.keep, raw, f"{type(error).__name__}: {error}")
        took = time.process_time() - started
        tally.read, tally.worst = tally.read + 1, max(tally.worst, took)
        if took > options.limit:
            tally.slow += 1
            _keep(options.keep, raw, f"took {took:.1f} s")
    return tally


def _keep(directory: Path | None, raw: bytes, problem: str) -> None:
    name = f"{hashlib.sha256(raw).hexdigest()[:16]}.eml"
    print(f"{name}: {problem}", file=sys.stderr)
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(raw)


if __name__ == "__main__":
    sys.exit(main())
