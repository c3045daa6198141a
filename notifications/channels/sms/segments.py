"""How long a text message is, as networks count it: in which alphabet, and in how many parts.

GSM 03.38 (3GPP TS 23.038) packs 160 characters of its small alphabet into one message, or 153 into each part of a
longer one; with any other character all of it goes as UCS-2, 70 or 67 code units to a part. Neither a character of
two units nor an escaped one is cut in half.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each goes as two: an escape, and a character of the second table.
_ESCAPED: Final = frozenset("\f^{}\\[~]|€")
_FIRST_OF_ASTRAL: Final = 0x10000


class Alphabet(Enum):
    """``whole`` units fit into a message that is alone, ``part`` into each of several."""

    GSM7 = ("GSM-7", 160, 153)
    UCS2 = ("UCS-2", 70, 67)

    def __init__(self, label: str, whole: int, part: int) -> None:
        self.label = label
        self.whole = whole
        self.part = part


@dataclass(frozen=True, slots=True)
class Length:
    """``units`` are what the limits count; ``parts`` are what the provider bills."""

    alphabet: Alphabet
    units: int
    parts: int

    def cost(self, price: Decimal) -> Decimal:
        """What it costs at so much a part."""
        return self.parts * price


def measure(text: str) -> Length:
    """The length of a text message."""
    is_small = all(char in _BASIC or char in _ESCAPED for char in text)
    alphabet = Alphabet.GSM7 if is_small else Alphabet.UCS2
    sizes = [_size(char, alphabet) for char in text]
    units = sum(sizes)
    return Length(alphabet, units, 1 if units <= alphabet.whole else _parts(sizes, alphabet.part))


def _size(char: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM7:
        return 2 if char in _ESCAPED else 1
    return 2 if ord(char) >= _FIRST_OF_ASTRAL else 1


def _parts(sizes: Iterable[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
