"""One part of a mail: what it says it is, its bytes and its text. Odd declarations are repaired here."""

import re
from email.message import Message
from typing import Final

from contact_centre.intake.mail import charset, headers

_NAME_LENGTH: Final = 150
_ENCODING: Final = re.compile(r"[^a-z0-9-]")
_ENCODINGS: Final = {
    "7-bit": "7bit",
    "8-bit": "8bit",
    "base-64": "base64",
    "quotedprintable": "quoted-printable",
}


def media_type(part: Message) -> str:
    """``type/subtype`` in lower case; ``text/plain`` where nothing usable is declared."""
    return str(part.get_content_type()).lower()


def disposition(part: Message) -> str:
    """``inline``, ``attachment`` or nothing."""
    return headers.raw_value(part, "Content-Disposition").split(";")[0].strip().lower()


def name(part: Message) -> str:
    """The file name, decoded whichever way it was encoded; empty when there is none."""
    try:
        declared = part.get_filename("") or ""
    except (ValueError, TypeError, LookupError):
        return ""
    shown = "".join(c for c in headers.decode(str(declared)) if c.isprintable() or c.isspace())
    return " ".join(shown.split())[:_NAME_LENGTH]


def data(part: Message) -> bytes:
    """The bytes of a part that is not made of parts."""
    if part.is_multipart():
        return b""
    declared = headers.raw_value(part, "Content-Transfer-Encoding").split(";")[0].lower()
    encoding = _ENCODING.sub("", declared)
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = _ENCODINGS.get(encoding, encoding) or "8bit"
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


def text(part: Message) -> tuple[str, bool]:
    """The text of a part, and whether its declared charset explained it."""
    try:
        declared = part.get_content_charset("") or ""
    except (ValueError, TypeError, LookupError):
        declared = ""
    return charset.decode(data(part), declared)


def children(part: Message) -> list[Message]:
    """The parts of a multipart; nothing for other parts."""
    payload = part.get_payload() if part.is_multipart() else []
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []
