"""Unicode made even, words found and folded; every word keeps its offsets into the text as it was written."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Letters that have no decomposition of their own.
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ґ": "г", "ʼ": "'", "’": "'"}
)
_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W\d_]+)*")
_BLANK_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text made even. ``origins`` is None when no character moved; else the origin of each, and the old length."""

    text: str
    origins: tuple[int, ...] | None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the prepared text stands in the text as it was written."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end]


@dataclass(frozen=True, slots=True)
class Token:
    """A word: as in the prepared text, in lower case, without diacritics, and its possible base forms (folded).

    ``concepts`` are those of the word, ``phrases`` those of the phrases that begin with it, with their number of words.
    """

    text: str
    start: int
    end: int
    lower: str
    fold: str
    stems: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    phrases: tuple[tuple[int, str], ...] = ()


def prepare(text: str, limit: int) -> Prepared:
    """The first ``limit`` characters in NFC, control characters blanked, invisible formatting characters removed."""
    text = text[:limit]
    if text.isascii() and text.isprintable():
        return Prepared(text, None)
    if unicodedata.is_normalized("NFC", text) and not any(map(_is_odd, text)):
        return Prepared(text, None)
    characters: list[str] = []
    origins: list[int] = []
    for start, cluster in _clusters(text):
        for character in unicodedata.normalize("NFC", cluster):
            category = unicodedata.category(character)
            if category != "Cf":
                characters.append(" " if category in _BLANK_CATEGORIES else character)
                origins.append(start)
    return Prepared("".join(characters), (*origins, len(text)))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without diacritics, for any script: "Żółć" becomes "zolc"."""
    word = word.lower()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word.translate(_PLAIN))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def find_words(text: str, start: int = 0) -> Iterator[tuple[str, int, int]]:
    """The words and numbers of a text with their offsets, counted from ``start``."""
    for match in _WORD.finditer(text):
        yield match[0], start + match.start(), start + match.end()


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values in order of first appearance, each once."""
    return tuple(dict.fromkeys(values))


def _is_odd(character: str) -> bool:
    category = unicodedata.category(character)
    return (category in _BLANK_CATEGORIES and character not in "\n\r\t") or category == "Cf"


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not unicodedata.combining(text[position]):
            yield start, text[start:position]
            start = position
