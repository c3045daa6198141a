"""Unicode and markup made even, case numbers and quotations left out, words found and folded.

Every word keeps its offsets into the text as it was written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from classifiers.case_numbers import find_case_numbers
from classifiers.markup import Edit, find_markup
from classifiers.quoted import find_passages
from classifiers.spans import Span

#: Letters that have no decomposition of their own.
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ґ": "г", "ʼ": "'", "’": "'"}
)
_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W\d_]+)*")
_LINE_SIGNS = "\n\r\t"
_BLANK_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn"})
#: Invisible formatting, and marks upon letters that Unicode knows no letter for.
_DROPPED_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
#: Whatever is not Latin, Greek, Cyrillic or a common sign: among these no character is a mark.
_MAY_BE_MARK = re.compile(r"[^\x00-\u02ff\u0370-\u0482\u048a-\u0590\u2000-\u20cf]")
#: More marks than these on one letter are decoration, in whatever language we read.
_MOST_MARKS = 2


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text made even. ``origins`` is None when no character moved; else the origin of each, and the old length.

    ``left_out`` says which passages of the text as it was written are not in it: quotations and signatures.
    """

    text: str
    origins: tuple[int, ...] | None
    left_out: tuple[Span, ...] = ()

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the prepared text stands in the text as it was written."""
        if self.origins is None:
            return start, end
        return self.origins[start], self.origins[end]


class Token(NamedTuple):
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
    """What a person wrote within the first ``limit`` characters: made even, only her own words.

    Markup, quotations and a signature are left out, but a text that is nothing but such things is read as it stands.
    Case numbers are never read.
    """
    prepared = make_even(text[:limit])
    if "<" in prepared.text or "&" in prepared.text:
        without_markup = _edited(prepared, find_markup(prepared.text))
        if _WORD.search(without_markup.text):
            prepared = without_markup
    prepared = _edited(prepared, find_case_numbers(prepared.text))
    passages = find_passages(prepared.text)
    if not passages:
        return prepared
    left_out = tuple(Span(span.kind, *prepared.original_span(span.start, span.end)) for span in passages)
    edited = _edited(prepared, [(span.start, span.end, "") for span in passages])
    return Prepared(edited.text, edited.origins, left_out)


def make_even(text: str) -> Prepared:
    """The text in NFC; control characters blanked, invisible formatting and marks that do not compose removed.

    A letter stands for itself with all the marks upon it, so that no mark breaks a word or is left over.
    """
    if unicodedata.is_normalized("NFC", text) and not _has_odd(text):
        return Prepared(text, None)
    characters: list[str] = []
    origins: list[int] = []
    for start, cluster in _clusters(text):
        for character in _composed(cluster):
            category = unicodedata.category(character)
            if category not in _DROPPED_CATEGORIES:
                is_blank = category in _BLANK_CATEGORIES and character not in _LINE_SIGNS
                characters.append(" " if is_blank else character)
                origins.append(start)
    return Prepared("".join(characters), (*origins, len(text)))


def _edited(prepared: Prepared, edits: list[Edit]) -> Prepared:
    """With other words in some places; each new character comes from where the old ones began."""
    if not edits:
        return prepared
    text = prepared.text
    before = prepared.origins or range(len(text) + 1)
    pieces: list[str] = []
    origins: list[int] = []
    at = 0
    for start, end, words in edits:
        pieces += (text[at:start], words)
        origins += (*before[at:start], *(before[start] for _ in words))
        at = end
    return Prepared("".join((*pieces, text[at:])), (*origins, *before[at:]))


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


def _has_odd(text: str) -> bool:
    # Quick for nearly every text: nothing but letters, signs, blanks and ends of lines.
    plain = text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
    may_be_odd = not plain.isprintable() or _MAY_BE_MARK.search(text)
    return bool(may_be_odd) and any(map(_is_odd, text))


def _is_odd(character: str) -> bool:
    category = unicodedata.category(character)
    is_blank = category in _BLANK_CATEGORIES and character not in _LINE_SIGNS
    return is_blank or category in _DROPPED_CATEGORIES


def _composed(cluster: str) -> str:
    """The letter with those of its marks that compose, one after the other: "ś" stays "ś" under a stray dot."""
    letter = unicodedata.normalize("NFC", cluster[0])
    marks = cluster[1:]
    if len(marks) <= _MOST_MARKS:
        for mark in marks:
            composed = unicodedata.normalize("NFC", letter + mark)
            if len(composed) == len(letter):
                letter = composed
    return letter


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or not unicodedata.combining(text[position]):
            yield start, text[start:position]
            start = position
