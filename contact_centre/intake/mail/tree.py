"""The parts of a mail in each other: the parser of the standard library, kept from what makes it fail or hang."""

import re
from email import policy
from email.feedparser import BytesFeedParser
from email.message import Message
from typing import Any, Final

from contact_centre.intake.mail import headers, parameters

# The parser tries every open boundary on every line: this bounds the tries.
MAX_BOUNDARIES: Final = 500
MAX_TRIES: Final = 20_000_000
_BOUNDARY: Final = re.compile(rb"boundary\b", re.IGNORECASE)
_TYPE: Final = re.compile(r"\s*([\w.+-]{1,80}/[\w.+-]{1,80})")
# The first line that looks like a boundary: what follows begins as a part begins.
_GUESSED: Final = re.compile(
    rb"^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?\n(?=content-[a-z-]{2,40}[ \t]*:)", re.IGNORECASE | re.MULTILINE
)
_DEFAULT: Final = "text/plain"


class TooManyParts(ValueError):
    """More boundaries than can be looked for in time."""


class Part(Message):
    """A part whose declared type and boundary are read by our own tolerant reader, in linear time."""

    # The first charset that a part of the mail declares: raw bytes in a header are likely written in it too.
    charset_beside: str = ""
    _by_name: dict[str, list[str]] | None = None

    def set_raw(self, name: str, value: Any) -> None:
        """Keep a field as it came, cut where the standard library's own readers would need minutes for it."""
        limit = parameters.MAX_LENGTH if name.lower().startswith("content-") else headers.MAX_LENGTH
        super().set_raw(name, value[:limit])
        self._by_name = None

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._by_name = None

    @property
    def by_name(self) -> dict[str, list[str]]:
        """``headers.by_name``. Of a mail that has ten fields some eighty are asked for: they are sorted once."""
        if self._by_name is None:
            self._by_name = headers.by_name(self)
        return self._by_name

    def get_content_type(self) -> str:
        """The declared type; for a missing or broken one what the place of the part suggests."""
        found = _TYPE.match(headers.raw_value(self, "Content-Type")[: parameters.MAX_LENGTH])
        return found[1].lower() if found else self.get_default_type()

    def get_boundary(self, failobj: Any = None) -> Any:
        """The declared boundary without the quotes and blanks around it."""
        return parameters.read(self, "Content-Type").get("boundary", "").rstrip() or failobj


def read(source: bytes) -> Message:
    """The mail with all its parts. Raises TooManyParts, or RecursionError for mails in each other without end."""
    boundaries = len(_BOUNDARY.findall(source))
    if boundaries > MAX_BOUNDARIES or boundaries * source.count(b"\n") > MAX_TRIES:
        raise TooManyParts
    mail = _parsed(source)
    if not source.isascii():
        _note_charset(mail)
    return mail


def _note_charset(mail: Message) -> None:
    own = [part for part in mail.walk() if isinstance(part, Part)]
    declared = (parameters.read(part, "Content-Type").get("charset", "") for part in own)
    beside = next(filter(None, declared), "")
    for part in own if beside else ():
        part.charset_beside = beside


def read_header(source: bytes) -> Message:
    """The header alone; all below it stays one piece."""
    parser = BytesFeedParser(Part, policy=policy.compat32)
    parser._set_headersonly()  # type: ignore[attr-defined]  # as BytesParser does it
    parser.feed(source)
    return parser.close()


def found_parts(body: bytes) -> list[Message]:
    """The parts of a multipart whose boundary is missing or not the one that was declared; none found: empty."""
    guessed = _GUESSED.search(body)
    if guessed is None:
        return []
    boundary = guessed[1].replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    mail = _parsed(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n' + body)
    payload = mail.get_payload() if mail.is_multipart() else []
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _parsed(source: bytes) -> Message:
    parser = BytesFeedParser(Part, policy=policy.compat32)
    parser.feed(source)
    return parser.close()
