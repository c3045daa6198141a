"""Header fields of a parsed mail as text. Raw values are used, so that no field can make the reading fail."""

import base64
import binascii
import quopri
import re
from collections import defaultdict
from collections.abc import Iterator
from email.message import Message
from typing import Final

from contact_centre.intake.mail import charset

# Longer fields are cut: nothing that we use is longer, and no pattern below may be made to work for minutes.
MAX_LENGTH: Final = 32 * 1024
_MAX_VALUES: Final = 100
_WORD: Final = re.compile(r"=\?([^?\s]{1,60})\?\s{0,5}([bBqQ])\s{0,5}\?([^?]*)\?=")
_FOLD: Final = re.compile(r"[\r\n]+")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/]")
_MESSAGE_ID: Final = re.compile(r"<([^<>]{1,500})>|([^\s<>,;()]{1,255}@[^\s<>,;()]{1,255})")
_MAX_IDS: Final = 50


def raw_values(part: Message, name: str) -> list[str]:
    """All values of a field, unfolded, raw eight-bit bytes as surrogates."""
    known: dict[str, list[str]] | None = getattr(part, "by_name", None)
    values = (by_name(part) if known is None else known).get(name.lower(), [])
    return [unfold(value[:MAX_LENGTH]) for value in values[:_MAX_VALUES]]


def by_name(part: Message) -> dict[str, list[str]]:
    """The values of all fields as they came, by their names in lower case."""
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in part.raw_items():
        values[name.lower()].append(str(value))
    return values


def unfold(value: str) -> str:
    """The value on one line."""
    return _FOLD.sub("", value)


def raw_value(part: Message, name: str) -> str:
    """The first value of a field; empty when there is none."""
    return next(iter(raw_values(part, name)), "").strip()


def shown(value: str) -> str:
    """The characters of a value that can be shown, and so kept: no control, no raw byte."""
    return "".join(c for c in value if c.isprintable())


def text_value(part: Message, name: str) -> str:
    """The first value of a field, decoded, in one line."""
    return " ".join(decode(raw_value(part, name), charset_beside(part)).split())


def charset_beside(part: Message) -> str:
    """What the mail around the field declares for its words (``tree.read``); nothing where it declares none."""
    return str(getattr(part, "charset_beside", ""))


def decode(value: str, beside: str = "") -> str:
    """Encoded words and raw bytes as text. Neighbouring words are joined before they are decoded, because some
    programs split a character between them. Raw bytes are UTF-8, or in the charset ``beside`` them, or a guess."""
    return "".join(
        charset.decode(data, name)[0] if name is not None else _raw_text(data, beside)
        for name, data in _joined(_pieces(value))
    )


def message_ids(values: list[str]) -> tuple[str, ...]:
    """The ids in a References or In-Reply-To field, without brackets, the last ones of a long chain."""
    found = (a or b for a, b in _MESSAGE_ID.findall(" ".join(values)))
    ids = ["".join(c for c in one if c.isprintable() and c != " ") for one in found]
    return tuple(one for one in ids if one)[-_MAX_IDS:]


def _pieces(value: str) -> Iterator[tuple[str | None, bytes]]:
    """Charset and bytes of each encoded word; None for what stands between them."""
    end = 0
    after_word = False
    for found in _WORD.finditer(value):
        between = value[end : found.start()]
        if between and not (after_word and not between.strip()):
            yield None, _bytes(between)
        name = found[1].split("*")[0].lower()
        yield name, _from_base64(found[3]) if found[2] in "bB" else _from_quoted(found[3])
        end, after_word = found.end(), True
    if value[end:]:
        yield None, _bytes(value[end:])


def _joined(pieces: Iterator[tuple[str | None, bytes]]) -> Iterator[tuple[str | None, bytes]]:
    name: str | None = None
    data = b""
    for next_name, next_data in pieces:
        if next_name == name:
            data += next_data
            continue
        if data:
            yield name, data
        name, data = next_name, next_data
    if data:
        yield name, data


def _from_base64(text: str) -> bytes:
    letters = _NOT_BASE64.sub("", text)
    # A single letter at the end carries no whole byte.
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except binascii.Error:
        return _bytes(text)


def _from_quoted(text: str) -> bytes:
    return quopri.decodestring(_bytes(text), header=True)


def _raw_text(data: bytes, beside: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return charset.decode(data, beside)[0]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
