"""A trained linear classifier at work: probabilities, and what every word said for each label."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classifiers.bags import Bag
from classifiers.calibration import straighten
from classifiers.features import FEATURE_SPACE, features_of
from classifiers.linear import Floats, Ints, softmax

_MAX_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of one text. ``parts`` has a row per unit of the bag: parts and biases sum to the scores."""

    labels: tuple[str, ...]
    probabilities: Floats
    parts: Floats

    def best(self, count: int) -> list[int]:
        """The numbers of the likeliest labels, likeliest first."""
        return [int(label) for label in np.argsort(-self.probabilities, kind="stable")[:count]]

    def pull(self, label: int) -> Floats:
        """What each unit says for a label above what it says for the average label."""
        return np.asarray(self.parts[:, label] - self.parts.mean(axis=1), dtype=np.float32)


@dataclass(slots=True)
class BagClassifier:
    """Weights by label for every known feature. Temperature and curve make the probabilities mean what they say."""

    labels: tuple[str, ...]
    rows: Ints
    weights: Floats
    biases: Floats
    temperature: float
    curve: tuple[tuple[float, float], ...]
    _remembered: dict[str, Floats] = field(default_factory=dict)

    def score(self, bag: Bag) -> Scored:
        parts = np.zeros((len(bag.units), len(self.labels)), np.float32)
        for number, (unit, value) in enumerate(zip(bag.units, bag.values, strict=True)):
            parts[number] = value * self._unit_weights(unit.key)
        scores = (parts.sum(axis=0) + self.biases) / self.temperature
        return Scored(self.labels, straighten(softmax(scores[None, :]), self.curve)[0], parts)

    def _unit_weights(self, key: str) -> Floats:
        known = self._remembered.get(key)
        if known is None:
            known = np.zeros(len(self.labels), np.float32)
            for feature, value in features_of(key):
                known += np.float32(value) * self.weights[self.rows[feature]]
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = known
        return known


def index_features(features: NDArray[np.uint32]) -> Ints:
    """Where the weights of each feature stand; unknown features point at the last row, which must be zero."""
    rows = np.full(FEATURE_SPACE, len(features), dtype=np.int32)
    rows[features] = np.arange(len(features), dtype=np.int32)
    return rows
