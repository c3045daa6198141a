"""A linear softmax classifier over bags of words whose words are bags of features: quick to train, exact to explain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from thinc.api import NumpyOps

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_CHUNK = 4_096
_ops = NumpyOps()


@dataclass(frozen=True, slots=True)
class Incidence:
    """A sparse matrix: ``values[i]`` stands at ``(rows[i], columns[i])``."""

    rows: Ints
    columns: Ints
    values: Floats
    n_rows: int
    n_columns: int

    @classmethod
    def of(cls, lists: Sequence[Sequence[tuple[int, float]]], n_columns: int) -> "Incidence":
        """A row for each list of pairs of column and value."""
        lengths = [len(entries) for entries in lists]
        rows = np.repeat(np.arange(len(lists), dtype=np.int32), lengths)
        columns = np.fromiter((column for entries in lists for column, _ in entries), np.int32, sum(lengths))
        values = np.fromiter((value for entries in lists for _, value in entries), np.float32, sum(lengths))
        return cls(rows, columns, values, len(lists), n_columns)

    @property
    def transposed(self) -> "Incidence":
        return Incidence(self.columns, self.rows, self.values, self.n_columns, self.n_rows)

    def dot(self, dense: Floats) -> Floats:
        """The product with a dense matrix."""
        out = np.zeros((self.n_rows, dense.shape[1]), dtype=np.float32)
        for start in range(0, len(self.rows), _CHUNK):
            part = slice(start, start + _CHUNK)
            _ops.scatter_add(out, self.rows[part], dense[self.columns[part]] * self.values[part, None])
        return out

    def take(self, rows: NDArray[np.intp]) -> "Incidence":
        """The rows given, in their order."""
        position = np.full(self.n_rows, -1, dtype=np.int32)
        position[rows] = np.arange(len(rows), dtype=np.int32)
        moved = position[self.rows]
        kept = moved >= 0
        return Incidence(moved[kept], self.columns[kept], self.values[kept], len(rows), self.n_columns)


@dataclass(frozen=True, slots=True)
class Design:
    """Texts as weighted words, and words as weighted features: together the features of the texts."""

    words_of_texts: Incidence
    features_of_words: Incidence

    def take(self, texts: NDArray[np.intp]) -> "Design":
        """The same design for some of the texts, in the order given."""
        return Design(self.words_of_texts.take(texts), self.features_of_words)

    def scores(self, weights: Floats) -> Floats:
        return self.words_of_texts.dot(self.features_of_words.dot(weights))

    def gradient(self, errors: Floats) -> Floats:
        return self.features_of_words.transposed.dot(self.words_of_texts.transposed.dot(errors))


@dataclass(frozen=True, slots=True)
class Labelled:
    """What is to be learnt: for each text the number of its label, and how much the text counts."""

    labels: NDArray[np.intp]
    n_labels: int
    importance: Floats

    def take(self, texts: NDArray[np.intp]) -> "Labelled":
        return Labelled(self.labels[texts], self.n_labels, self.importance[texts])


@dataclass(frozen=True, slots=True)
class Fitting:
    """How a classifier is fitted: steps of accelerated gradient descent, and the pull of the weights to zero."""

    steps: int = 24
    pull: float = 1e-5
    stride: float = 8.0


def softmax(scores: Floats) -> Floats:
    """Probabilities by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def fit(design: Design, wanted: Labelled, how: Fitting) -> tuple[Floats, Floats]:
    """Weights (features by labels) and biases of a softmax regression. The same input gives the same bits."""
    importance: Floats = np.asarray(wanted.importance / wanted.importance.sum(), dtype=np.float32)[:, None]
    truth = np.zeros((len(wanted.labels), wanted.n_labels), dtype=np.float32)
    truth[np.arange(len(wanted.labels)), wanted.labels] = 1.0
    weights: Floats = np.zeros((design.features_of_words.n_columns, wanted.n_labels), dtype=np.float32)
    biases: Floats = np.zeros(wanted.n_labels, dtype=np.float32)
    ahead, ahead_biases, pace = weights, biases, 1.0
    step = np.float32(how.stride / (_curvature(design, importance) + how.pull))
    pull = np.float32(how.pull)
    for _ in range(how.steps):
        errors = (softmax(design.scores(ahead) + ahead_biases) - truth) * importance
        next_weights = ahead - step * (design.gradient(errors) + pull * ahead)
        if np.vdot(ahead - next_weights, next_weights - weights) > 0:
            pace = 1.0  # The momentum leads uphill: begin it anew.
        next_biases = ahead_biases - errors.sum(axis=0)
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        momentum = np.float32((pace - 1) / next_pace)
        ahead = np.asarray(next_weights + momentum * (next_weights - weights), dtype=np.float32)
        ahead_biases = next_biases + momentum * (next_biases - biases)
        weights, biases, pace = np.asarray(next_weights, dtype=np.float32), next_biases, next_pace
    return weights, biases


def _curvature(design: Design, importance: Floats) -> float:
    """An upper bound on the curvature of the loss, by power iteration: the longest safe step is its inverse."""
    direction = np.ones((design.features_of_words.n_columns, 1), dtype=np.float32)
    norm = 1.0
    for _ in range(10):
        direction = direction / np.linalg.norm(direction)
        direction = design.gradient(design.scores(direction) * importance)
        norm = float(np.linalg.norm(direction))
    return 0.5 * norm
