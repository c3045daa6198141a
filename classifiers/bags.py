"""Texts as bags of weighted words and word pairs, and the vocabulary that gives the weights."""

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.features import Unit, features_of, is_pair, units
from classifiers.linear import Design, sparse
from classifiers.normalise import Token

_RARITY_POWER = 1.2
_PAIR_WEIGHT = 0.6
#: A feature must occur in so many texts, else it cannot speak for any text but its own.
_LEAST_TEXTS = 2


@dataclass(frozen=True, slots=True)
class Bag:
    """The units of one text and their values; the squares of the values sum to one."""

    units: tuple[Unit, ...]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How much each known unit counts, by the hash of its key: the rarer the more. Unknown words count in full.

    What is said again counts for more, by the logarithm: who writes "bin" three times writes about the bin.
    """

    weights: Mapping[int, float]

    @classmethod
    def of(cls, texts: Sequence[Sequence[Token]]) -> "Vocabulary":
        counts = Counter(unit.key for text in texts for unit in units(text))
        most = math.log(1 + len(texts))
        return cls(
            {
                _hashed(key): (math.log((1 + len(texts)) / (1 + count)) / most) ** _RARITY_POWER
                * (_PAIR_WEIGHT if is_pair(key) else 1.0)
                for key, count in counts.items()
                if count >= _LEAST_TEXTS or not is_pair(key)
            }
        )  # fmt: skip

    @classmethod
    def from_arrays(cls, keys: NDArray[np.uint32], weights: NDArray[np.float32]) -> "Vocabulary":
        return cls(dict(zip(keys.tolist(), weights.tolist(), strict=True)))

    def to_arrays(self) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        keys = sorted(self.weights)
        return np.array(keys, np.uint32), np.array([self.weights[key] for key in keys], np.float32)

    def bag(self, tokens: Sequence[Token]) -> Bag:
        """The text as a bag. Pairs that training never saw twice are left out."""
        kept, values = [], []
        for unit in units(tokens):
            weight = self.weights.get(_hashed(unit.key), 0.0 if is_pair(unit.key) else 1.0)
            if weight:
                kept.append(unit)
                values.append(weight if unit.times == 1 else weight * (1.0 + math.log(unit.times)))
        scaled = np.array(values, np.float32)
        norm = float(np.sqrt(np.square(scaled).sum())) or 1.0
        return Bag(tuple(kept), scaled / np.float32(norm))


def make_design(bags: Sequence[Bag]) -> tuple[Design, NDArray[np.uint32]]:
    """The bags as matrices to train on, and the hashed feature behind each column."""
    keys: dict[str, int] = {}
    rows = [
        [
            (keys.setdefault(unit.key, len(keys)), float(value))
            for unit, value in zip(bag.units, bag.values, strict=True)
        ]
        for bag in bags
    ]
    features = [features_of(key) for key in keys]
    texts_of_words = Counter(word for row in rows for word, _ in row)
    columns = _columns(features, texts_of_words)
    kept = [[(columns[feature], value) for feature, value in word if feature in columns] for word in features]
    design = Design(sparse(rows, len(keys)), sparse(kept, len(columns)))
    return design, np.array(list(columns), np.uint32)


def make_known_design(bags: Sequence[Bag], features: NDArray[np.uint32]) -> Design:
    """Bags as matrices in the columns of a design that was made before; what is unknown is left out."""
    columns = {int(feature): column for column, feature in enumerate(features)}
    keys: dict[str, int] = {}
    rows = [
        [
            (keys.setdefault(unit.key, len(keys)), float(value))
            for unit, value in zip(bag.units, bag.values, strict=True)
        ]
        for bag in bags
    ]
    known = [[(columns[f], value) for f, value in features_of(key) if f in columns] for key in keys]
    return Design(sparse(rows, len(keys)), sparse(known, len(columns)))


def _columns(features: Iterable[Sequence[tuple[int, float]]], texts: Mapping[int, int]) -> dict[int, int]:
    counts: Counter[int] = Counter()
    for word, entries in enumerate(features):
        for feature, _ in entries:
            counts[feature] += texts[word]
    common = sorted(feature for feature, count in counts.items() if count >= _LEAST_TEXTS)
    return {feature: column for column, feature in enumerate(common)}


def _hashed(key: str) -> int:
    return zlib.crc32(key.encode())
