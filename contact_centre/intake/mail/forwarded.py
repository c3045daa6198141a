"""A mail that somebody passed on: who wrote it first, and what of it are her words. In doubt it is none."""

import re
from dataclasses import dataclass
from typing import Final

from contact_centre.intake.mail import address
from contact_centre.intake.mail.subject import is_forward, without_marks
from contact_centre.intake.mail.types import Mailbox

_MAILS: Final = ("message/rfc822", "message/global")
# The line that programs put before a mail that is passed on, and the fields below it.
_MARK: Final = re.compile(
    r"^[\s>]*(?:-{2,}\s*(?:forwarded message|original message|wiadomość przekazana|przekazana wiadomość"
    r"|treść przekazanej wiadomości|wiadomość oryginalna|oryginalna wiadomość|weitergeleitete nachricht"
    r"|ursprüngliche nachricht|переслане повідомлення|пересланное сообщение)\s*-{2,}"
    r"|begin forwarded message:|początek przekazywanej wiadomości:|anfang der weitergeleiteten nachricht:)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(r"^[\s>]*\*?([^\W\d_]{2,14})\*?\s*:\*?\s*(.*)$")
_FROM: Final = frozenset({"from", "od", "von", "від", "от"})
_SUBJECT: Final = frozenset({"subject", "temat", "betreff", "тема"})
_MAX_FIELDS: Final = 12


@dataclass(frozen=True, slots=True)
class Forwarded:
    """``comment`` is what the person who passed it on wrote above."""

    writer: Mailbox
    subject: str
    text: str
    comment: str


def in_text(text: str) -> Forwarded | None:
    """The mail that is quoted whole below a program's mark; None where there is none with a sender's address."""
    mark = _MARK.search(text)
    if mark is None:
        return None
    lines = text[mark.end() :].lstrip("\r\n ").split("\n")
    fields, length = _fields(lines)
    writer = next((address.read(value) for name, value in fields if name in _FROM), None)
    words = "\n".join(lines[length:]).strip()
    if writer is None or not words:
        return None
    subject = next((value for name, value in fields if name in _SUBJECT), "")
    return Forwarded(writer, without_marks(subject), words, text[: mark.start()].strip())


def is_enclosed(media_type: str, subject: str) -> bool:
    """Whether a file of the mail is the mail that was passed on: an enclosed one, under a subject that says so."""
    return media_type in _MAILS and is_forward(subject)


def _fields(lines: list[str]) -> tuple[list[tuple[str, str]], int]:
    """The fields at the top, and how many lines they take with the empty one below."""
    fields: list[tuple[str, str]] = []
    for index, line in enumerate(lines[: _MAX_FIELDS + 1]):
        found = _FIELD.match(line)
        if found is None:
            return fields, index if line.strip(" >\r") else index + 1
        fields.append((found[1].lower(), found[2].strip()))
    return fields, len(fields)
