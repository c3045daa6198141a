"""Which language a text is in: by script, by letters, by common words and by groups of three letters.

A text may be in none of ours: then the nearest is named, with the certainty of what nobody knows.
"""

import math
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from classifiers.familiar import KnownWords
from classifiers.linear import Floats
from classifiers.normalise import find_words, fold
from classifiers.types import DEFAULT_LANGUAGE, LANGUAGES, UNKNOWN_LANGUAGE

_SPACE = 1 << 15
_POLISH_LETTERS = frozenset("ąćęłńóśźż")
_RUSSIAN_LETTERS = frozenset("ыэёъ")
_UKRAINIAN_LETTERS = frozenset("іїєґ")
#: Words of one language that the other does not have, folded. They are worth more than their letters.
_POLISH_WORDS = """
    sie nie jest na w z ze od przy przez prosze dzien dobry jak gdzie kiedy mam moja moj nam nas jestem czy juz ul ulicy
    bardzo ktos dla po przed za pod oraz ale co sa byl byla bylo mozna panstwo witam
"""
_ENGLISH_WORDS = """
    the is are and of in my there it has have this that with for please hello i we you was were been on at from street
    can could how what when where not they our your an be by near
"""
_COMMON = {"pl": frozenset(_POLISH_WORDS.split()), "en": frozenset(_ENGLISH_WORDS.split())}
_COMMON_WORTH, _LETTER_WORTH, _HINT_WORTH = 1.5, 2.5, 2.0
#: In favour of Polish, which is what nearly everybody here writes.
_POLISH_START = 1.0
_STEEPNESS = 0.6
_MOST_WORDS = 200
_MOST_REMEMBERED = 50_000
#: So many letters of other alphabets, and more than of ours, are a text that we cannot read.
_LEAST_STRANGE = 4


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """For every hashed group of three letters the logarithm of how much likelier it is in Polish than in English;
    and the words that our languages have."""

    polish_over_english: Floats
    known: KnownWords
    _remembered: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> "LanguageModel":
        """Learnt from pairs of language and text."""
        texts = list(texts)
        counts = {"pl": Counter[int](), "en": Counter[int]()}
        for language, text in texts:
            if language in counts:
                counts[language].update(group for word in _words(text) for group in _groups(word))
        totals = {language: counted.total() + _SPACE for language, counted in counts.items()}
        ratios = [
            math.log((counts["pl"][group] + 1) / totals["pl"])
            - math.log((counts["en"][group] + 1) / totals["en"])
            for group in range(_SPACE)
        ]
        return cls(np.array(ratios, np.float32), KnownWords.of(texts))

    def detect(self, text: str, hint: str | None = None) -> tuple[str, float]:
        """The language and its probability. A hint (the language of the page) decides what is short or mixed.

        ``UNKNOWN_LANGUAGE`` as the probability: the text is in none of ours, whatever the hint says; the language named
        is the one that its letters are nearest to.
        """
        language, certainty, is_strange = self._nearest(text, hint if hint in LANGUAGES else None)
        if is_strange or self.known.are_missing_in(text):
            return language, UNKNOWN_LANGUAGE
        return language, certainty

    def _nearest(self, text: str, hint: str | None) -> tuple[str, float, bool]:
        """Of our languages the likeliest, its probability, and whether most letters are of no alphabet of ours."""
        letters = {letter: count for letter, count in Counter(text.lower()).items() if letter.isalpha()}
        cyrillic = sum(count for letter, count in letters.items() if "\u0400" <= letter <= "\u04ff")
        latin = sum(count for letter, count in letters.items() if letter < "\u0250")
        if cyrillic > latin:
            certainty = _certainty_of_ukrainian(frozenset(letters), cyrillic / sum(letters.values()))
            return "uk", certainty, False
        strange = sum(letters.values()) - cyrillic - latin
        if latin < 2 or strange > latin:
            return hint or DEFAULT_LANGUAGE, 0.5, strange >= _LEAST_STRANGE
        polish = 1 / (1 + math.exp(-max(-40.0, min(40.0, self._polish_score(text, hint)))))
        return ("pl", round(polish, 4), False) if polish >= 0.5 else ("en", round(1 - polish, 4), False)

    def _polish_score(self, text: str, hint: str | None) -> float:
        score = _POLISH_START + _HINT_WORTH * ((hint == "pl") - (hint == "en"))
        return score + sum(map(self._polish_of_word, _words(text)))

    def _polish_of_word(self, word: str) -> float:
        known = self._remembered.get(word)
        if known is not None:
            return known
        folded, groups = fold(word), _groups(word)
        score = _LETTER_WORTH * bool(_POLISH_LETTERS & set(word))
        score += _COMMON_WORTH * ((folded in _COMMON["pl"]) - (folded in _COMMON["en"]))
        if groups:
            score += _STEEPNESS * float(self.polish_over_english[groups].mean())
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[word] = score
        return score


def _certainty_of_ukrainian(letters: frozenset[str], share: float) -> float:
    """Lower for texts with Russian letters: we have no other language for them."""
    if letters & _RUSSIAN_LETTERS:
        return 0.6 if letters & _UKRAINIAN_LETTERS else 0.4
    return round(share if letters & _UKRAINIAN_LETTERS else 0.8 * share, 4)


def _words(text: str) -> list[str]:
    found = (word.lower() for word, _, _ in find_words(text))
    return [
        word
        for word, _ in zip((word for word in found if not word.isdigit()), range(_MOST_WORDS), strict=False)
    ]


def _groups(word: str) -> list[int]:
    padded = f"<{fold(word)}>"
    return [zlib.crc32(padded[start : start + 3].encode()) % _SPACE for start in range(len(padded) - 2)]
