"""What a classifier sees of a text: its distinct words and word pairs, each with hashed features."""

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.normalise import Token

#: Features are numbers below this; collisions are rare enough to ignore.
FEATURE_SPACE = 1 << 20
_SHORTEST_GRAM, _LONGEST_GRAM = 3, 5
_MAX_WORD = 24
#: How much of a word lies in its base forms; the rest lies in its groups of letters.
_BASE_SHARE = 0.5
#: Only numbers of so many digits are told apart: 112, 994.
_TOLD_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A word or a pair of neighbours: its key within the language-free vocabulary, its tokens, by position."""

    key: str
    tokens: tuple[int, ...]


def units(tokens: Sequence[Token]) -> list[Unit]:
    """The distinct words of a text, then its distinct pairs of neighbouring words, at their first place."""
    words: dict[str, Unit] = {}
    pairs: dict[str, Unit] = {}
    previous = ""
    for position, token in enumerate(tokens):
        key = word_key(token)
        words.setdefault(key, Unit(key, (position,)))
        head = token.stems[0]
        if previous:
            pair = f"{previous} {head}"
            pairs.setdefault(pair, Unit(pair, (position - 1, position)))
        previous = head
    return [*words.values(), *pairs.values()]


def word_key(token: Token) -> str:
    """The same for words with the same letters and base forms; only numbers like 112 are told apart."""
    if token.fold.isdigit():
        return f"#{token.fold}" if len(token.fold) == _TOLD_DIGITS else "#"
    return "/".join((token.fold[:_MAX_WORD], *token.stems))


def features_of(key: str) -> list[tuple[int, float]]:
    """The hashed features of a unit with their values, told by its key alone. The squares of the values sum to one."""
    if is_pair(key) or key.startswith("#"):
        return [(_hashed(f"p:{key}"), 1.0)]
    form, *stems = key.split("/")
    grams = sorted({_hashed(f"g:{gram}") for gram in _grams(f"<{form}>")})
    bases = sorted({_hashed(f"l:{stem}") for stem in stems})
    shares = ((bases, _BASE_SHARE), (grams, 1.0 - _BASE_SHARE))
    return [(feature, math.sqrt(share / len(block))) for block, share in shares for feature in block]


def is_pair(key: str) -> bool:
    return " " in key


def _hashed(name: str) -> int:
    return zlib.crc32(name.encode()) % FEATURE_SPACE


def _grams(padded: str) -> Iterator[str]:
    for size in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1):
        yield from (padded[start : start + size] for start in range(len(padded) - size + 1))
