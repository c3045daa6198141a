"""What is mended in the bytes of a mail before they are parsed: where it begins, its line ends, its header."""

import re
from dataclasses import dataclass
from typing import Final

# What is read of a mail; the rest stays in the raw mail.
MAX_BYTES: Final = 25 * 1024 * 1024
MAX_HEADER: Final = 256 * 1024
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MBOX_LINE: Final = re.compile(rb"\A>?From [^\r\n]*\r?\n[\r\n]*")
# What the last server on the way writes above a mail, we too (``contact_centre.intake.trace``).
_ENVELOPE: Final = re.compile(
    rb"\A(?:(?:return-path|delivered-to)[ \t]*:[^\r\n]*\r?\n)+(?![ \t])", re.IGNORECASE
)
_FIELD: Final = re.compile(rb"[!-9;-~]{1,76}[ \t]*:")
# Fields that no person writes under each other by chance.
_KNOWN: Final = re.compile(
    rb"^(?:from|to|subject|date|received|message-id|return-path|mime-version|content-type|delivered-to)[ \t]*:",
    re.IGNORECASE,
)
_HEADER_END: Final = re.compile(rb"\r?\n\r?\n")
_BARE_CR: Final = re.compile(rb"\r(?!\n)")
# A gateway may leave a line before the header; words of somebody are kept as words.
_GARBAGE_LINES: Final = 50
_SURE_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class Repaired:
    """Bytes that can be parsed, and the words that stood before the header."""

    source: bytes
    early: bytes = b""


def without_lead(raw: bytes) -> bytes:
    """The bytes behind a byte order mark, empty lines and the "From " line of a mailbox file."""
    return _MBOX_LINE.sub(b"", raw.removeprefix(_BYTE_ORDER_MARK).lstrip(b"\r\n \t"))


def begins_header(source: bytes) -> bool:
    """Whether a field stands first that no person writes by chance."""
    return bool(_KNOWN.match(source))


def repaired(raw: bytes, defects: list[str]) -> Repaired:
    """The bytes from their first header field on, of a length that can be read.

    What a server wrote above the mail stays there, and the mail itself begins behind it.
    """
    source = without_lead(raw)
    if len(_BARE_CR.findall(source[:MAX_HEADER])) > source[:MAX_HEADER].count(b"\n"):
        # Lines of an old Mac; a program that wrote single ones of its own does not change that.
        source = _BARE_CR.sub(b"\n", source)
    if len(source) > MAX_BYTES:
        defects.append("truncated")
        source = source[:MAX_BYTES]
    envelope = _ENVELOPE.match(source)
    above = envelope[0] if envelope else b""
    mail = without_lead(source[len(above) :]) if above else source
    if above and _is_body(source[len(above) :], mail):
        return Repaired(_with_sound_header(source, defects))
    start = _start(mail, defects)
    if start is None:
        defects.append("no_header")
        return Repaired(above + b"\n" + mail)
    early = mail[:start].strip() if "body_before_header" in defects else b""
    return Repaired(_with_sound_header(above + mail[start:], defects), early)


def _is_body(below: bytes, mail: bytes) -> bool:
    """An empty line below the envelope ends the header, unless a certain header begins behind it."""
    return below.startswith((b"\n", b"\r\n")) and not begins_header(mail)


def _start(source: bytes, defects: list[str]) -> int | None:
    """Where the header begins; None: there is none, the whole is text.

    One line before it is a gateway's garbage. More lines before a certain header are words that came too early.
    """
    if _FIELD.match(source):
        return 0
    second = source.find(b"\n") + 1
    if second and _FIELD.match(source, second):
        defects.append("garbage_before_header")
        return second
    start = _certain_header(source)
    if start is not None:
        defects.append("body_before_header")
    return start


def _certain_header(source: bytes) -> int | None:
    """Where the first three neighbouring fields begin that every mail has."""
    position, first, count = 0, 0, 0
    for _ in range(_GARBAGE_LINES):
        end = source.find(b"\n", position) + 1
        if not end:
            return None
        line = source[position:end]
        if _KNOWN.match(line):
            first, count = (first, count + 1) if count else (position, 1)
            if count == _SURE_FIELDS:
                return first
        elif not (count and line[:1] in b" \t" and line.strip()):
            count = 0
        position = end
    return None


def _with_sound_header(source: bytes, defects: list[str]) -> bytes:
    """The header without NUL and bare carriage returns, and not longer than can be read."""
    found = _HEADER_END.search(source)
    end = found.start() if found else len(source)
    header, rest = source[:end], source[end:]
    if b"\0" in header or _BARE_CR.search(header):
        defects.append("controls_in_header")
        header = _BARE_CR.sub(b" ", header.replace(b"\0", b""))
    if len(header) > MAX_HEADER:
        defects.append("header_cut")
        header = (
            header[: header.rfind(b"\n", 0, MAX_HEADER)]
            if b"\n" in header[:MAX_HEADER]
            else header[:MAX_HEADER]
        )
    return header.rstrip(b"\r") + rest
