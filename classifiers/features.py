"""What a classifier sees of a text: its distinct words, pairs and phrases, each with hashed features."""

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from classifiers.normalise import Token

#: Features are numbers below this; collisions are rare enough to ignore.
FEATURE_SPACE = 1 << 21
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5
_MAX_WORD = 24
#: How much of a word lies in its concepts, where it has any, and how much of the rest in its base forms; what then
#: remains lies in its groups of letters.
_CONCEPT_SHARE, _BASE_SHARE = 0.4, 0.6
#: Only numbers of so many digits are told apart: 112, 994.
_TOLD_DIGITS = 3


class Unit(NamedTuple):
    """A word, a pair of neighbours or a phrase: its key, the same in all languages, where and how often it stands."""

    key: str
    tokens: tuple[int, ...]
    times: int = 1


def units(tokens: Sequence[Token]) -> list[Unit]:
    """The distinct words of a text, then its distinct pairs of neighbours and phrases, each at its first place."""
    words: dict[str, tuple[int, ...]] = {}
    longer: dict[str, tuple[int, ...]] = {}
    counts: Counter[str] = Counter()
    previous = ""
    for position, token in enumerate(tokens):
        key = word_key(token)
        words.setdefault(key, (position,))
        counts[key] += 1
        head = token.stems[0]
        if previous:
            pair = f"{previous} {head}"
            longer.setdefault(pair, (position - 1, position))
            counts[pair] += 1
        previous = head
        for length, concept in token.phrases:
            phrase = f"@{concept}"
            longer.setdefault(phrase, tuple(range(position, position + length)))
            counts[phrase] += 1
    return [Unit(key, places, counts[key]) for key, places in (*words.items(), *longer.items())]


def word_key(token: Token) -> str:
    """The same for words with the same letters, base forms and concepts; only numbers like 112 are told apart."""
    if token.fold.isdigit():
        return f"#{token.fold}" if len(token.fold) == _TOLD_DIGITS else "#"
    concepts = f"@{'+'.join(token.concepts)}" if token.concepts else ""
    return "/".join((token.fold[:_MAX_WORD], *token.stems)) + concepts


def features_of(key: str) -> list[tuple[int, float]]:
    """The hashed features of a unit with their values, told by its key alone. The squares of the values sum to one."""
    if is_pair(key) or key.startswith("#"):
        return [(_hashed(f"p:{key}"), 1.0)]
    word, _, named = key.partition("@")
    concepts = [_hashed(f"c:{concept}") for concept in named.split("+")] if named else []
    if not word:
        return [(concepts[0], 1.0)]
    form, *stems = word.split("/")
    grams = sorted({_hashed(f"g:{gram}") for gram in _grams(f"<{form}>")})
    bases = sorted({_hashed(f"l:{stem}") for stem in stems})
    rest = 1.0 - _CONCEPT_SHARE if concepts else 1.0
    shares = (
        (concepts, _CONCEPT_SHARE),
        (bases, rest * _BASE_SHARE),
        (grams, rest * (1.0 - _BASE_SHARE)),
    )
    return [(feature, math.sqrt(share / len(block))) for block, share in shares for feature in block]


def is_pair(key: str) -> bool:
    return " " in key


def _hashed(name: str) -> int:
    return zlib.crc32(name.encode()) % FEATURE_SPACE


def _grams(padded: str) -> Iterator[str]:
    for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1):
        yield from (padded[start : start + size] for start in range(len(padded) - size + 1))
