"""Parameters of a header field (``name=value`` after the first semicolon), whichever way they were written.

The standard library's reader needs minutes for a hostile field; this one passes once over at most 8 kB.
"""

import re
from email.message import Message
from typing import Final
from urllib.parse import unquote_to_bytes

from contact_centre.intake.mail import charset, headers

MAX_LENGTH: Final = 8 * 1024
_PARAMETER: Final = re.compile(r'[;\s]\s*([^\s=;"]{1,60})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
# Only these are escaped in fact: old programs write whole paths, with single backslashes.
_ESCAPED: Final = re.compile(r'\\(["\\])')
# name*, name*0 and name*0* of RFC 2231.
_CONTINUED: Final = re.compile(r"([^*]+)\*(\d{0,3})(\*?)")


def read(part: Message, field: str) -> dict[str, str]:
    """The parameters of a field, decoded, names in lower case; the first of two with one name counts."""
    plain: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[str, bool]]] = {}
    beside = headers.charset_beside(part)
    for found in _PARAMETER.finditer(headers.raw_value(part, field)[:MAX_LENGTH]):
        name, value = found[1].lower(), _unquoted(found[2])
        several = _CONTINUED.fullmatch(name)
        if several is None:
            plain.setdefault(name, headers.decode(value, beside))
            continue
        # Without a number the whole value is there, and it is encoded.
        pieces = continued.setdefault(several[1], {})
        pieces.setdefault(int(several[2] or 0), (value, bool(several[3]) or not several[2]))
    # What was written in the newer way was written on purpose; the old twin is for old programs.
    return plain | {name: _joined(pieces) for name, pieces in continued.items()}


def _unquoted(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value
    return _ESCAPED.sub(r"\1", value[1:].removesuffix('"') if len(value) > 1 else "")


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """The pieces in their order. They are joined as bytes: a character may be split between two."""
    name, data = "", b""
    for number in sorted(pieces):
        value, is_encoded = pieces[number]
        if is_encoded and not data and value.count("'") >= 2:
            name, _language, value = value.split("'", 2)
        data += unquote_to_bytes(_bytes(value)) if is_encoded else _bytes(value)
    return headers.decode(charset.decode(data, name)[0])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
