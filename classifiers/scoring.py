"""Trained linear classifiers at work: probabilities, and what every word said for each label.

All heads of a model share one table of weights, so that a word is looked up once for all of them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifiers.bags import Bag
from classifiers.calibration import straighten
from classifiers.features import FEATURE_SPACE, features_of
from classifiers.linear import Floats, Ints, softmax

_MAX_REMEMBERED = 40_000


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one text. ``parts`` has a row per unit of the bag: parts and biases sum to the scores."""

    labels: tuple[str, ...]
    probabilities: Floats
    parts: Floats

    def best(self, count: int) -> list[int]:
        """The numbers of the likeliest labels, likeliest first."""
        return [int(label) for label in np.argsort(-self.probabilities, kind="stable")[:count]]

    def of(self, label: str) -> float:
        """The probability of a label; 0 for one that the model does not know."""
        return float(self.probabilities[self.labels.index(label)]) if label in self.labels else 0.0

    def pull(self, label: int) -> Floats:
        """What each unit says for a label above what it says for the average label."""
        return np.asarray(self.parts[:, label] - self.parts.mean(axis=1), dtype=np.float32)


@dataclass(slots=True)
class WordWeights:
    """The weights of every known feature for the labels of all heads, and the words that were met lately."""

    rows: Ints
    weights: Floats
    _remembered: dict[str, Floats] = field(default_factory=dict)

    def parts(self, bag: Bag) -> Floats:
        """What each unit of the bag says for each label of all heads."""
        if not bag.units:
            return np.zeros((0, self.weights.shape[1]), np.float32)
        table = np.stack([self._of_unit(unit.key) for unit in bag.units])
        return np.asarray(table * bag.values[:, None], dtype=np.float32)

    def _of_unit(self, key: str) -> Floats:
        known = self._remembered.get(key)
        if known is None:
            features = features_of(key)
            rows = self.rows[np.fromiter((feature for feature, _ in features), np.int64, len(features))]
            values = np.fromiter((value for _, value in features), np.float32, len(features))
            known = np.asarray(values @ self.weights[rows].astype(np.float32), dtype=np.float32)
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = known
        return known


@dataclass(frozen=True, slots=True)
class Head:
    """One question of a model: its labels, where they stand in the table, and what makes its probabilities true."""

    labels: tuple[str, ...]
    first: int
    biases: Floats
    temperature: float
    curve: NDArray[np.float64]

    def score(self, all_parts: Floats) -> Scored:
        parts = all_parts[:, self.first : self.first + len(self.labels)]
        scores = (parts.sum(axis=0) + self.biases) / np.float32(self.temperature)
        return Scored(self.labels, straighten(softmax(scores[None, :]), self.curve)[0], parts)


def index_features(features: NDArray[np.uint32]) -> Ints:
    """Where the weights of each feature stand; unknown features point at the last row, which must be zero."""
    rows = np.full(FEATURE_SPACE, len(features), dtype=np.int32)
    rows[features] = np.arange(len(features), dtype=np.int32)
    return rows
