"""The bytes behind a transfer encoding, as far as they were sent. What was never encoded is not decoded."""

import binascii
import quopri
import re
from typing import Final

from contact_centre.intake.mail.embedded import uudecoded

_NAME: Final = re.compile(r"[^a-z0-9-]")
# Names that programs write, and what they mean by them. Whatever is not known is eight bits.
_NAMES: Final = {
    "base-64": "base64",
    "b": "base64",
    "quotedprintable": "quoted-printable",
    "quoted-printabl": "quoted-printable",
    "qp": "quoted-printable",
    "uuencode": "x-uuencode",
    "uue": "x-uuencode",
    "x-uue": "x-uuencode",
}
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64: Final = bytes(byte for byte in range(256) if byte not in _BASE64)
_BLANKS: Final = b" \t\n\r\f\v"
_PADDING: Final = re.compile(rb"=[=\s]*")
# A line of words: letters with a blank between them. No program writes base64 so.
_WORDS: Final = re.compile(rb"[^\s=]{1,76}[ \t]+[^\s=]")
_UNPADDED: Final = "base64_broken"
_NOT_ENCODED: Final = "not_base64"
_FOOTER: Final = "text_after_base64"


def decoded(data: bytes, declared: str) -> tuple[bytes, list[str]]:
    """The bytes that were meant, and what was wrong with their encoding. Never raises."""
    name = _NAME.sub("", declared.partition(";")[0].lower())
    name = _NAMES.get(name, name)
    if name == "base64":
        return _from_base64(data)
    if name == "quoted-printable":
        return quopri.decodestring(data), []
    if name == "x-uuencode":
        found = uudecoded(data)
        return (found, []) if found is not None else (data, ["uuencode_broken"])
    return data, []


def _from_base64(data: bytes) -> tuple[bytes, list[str]]:
    """Each run up to its padding; what a list server wrote below the last run stays as it is."""
    if _is_words(data):
        return data, [_NOT_ENCODED]
    pieces: list[bytes] = []
    defects: list[str] = []
    position = 0
    while position < len(data):
        if _is_words(data[position : position + 400]):
            pieces.append(b"\n" + data[position:].strip())
            defects.append(_FOOTER)
            break
        padding = _PADDING.search(data, position)
        end = padding.start() if padding else len(data)
        pieces.append(_run(data[position:end], defects))
        position = padding.end() if padding else len(data)
    return b"".join(pieces), list(dict.fromkeys(defects))


def _run(data: bytes, defects: list[str]) -> bytes:
    letters = data.translate(None, _NOT_BASE64)
    if len(letters) != len(data.translate(None, _BLANKS)) or len(letters) % 4 == 1:
        defects.append(_UNPADDED)
    # A single letter at the end carries no whole byte.
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _is_words(data: bytes) -> bool:
    """Whether it begins with a line of words."""
    line = data.lstrip()[:200].split(b"\n", 1)[0]
    return bool(_WORDS.match(line)) and len(line.split()) > 2
