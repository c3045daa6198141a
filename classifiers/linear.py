"""Linear softmax classifiers over bags of words whose words are bags of features: quick to train, exact to explain.

Several heads (category, kind, urgency …) share the texts and are fitted in one pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
#: A sparse matrix; SciPy ships no types.
Sparse = Any


def sparse(rows: Sequence[Sequence[tuple[int, float]]], n_columns: int) -> Sparse:
    """A sparse matrix with a row for each list of pairs of column and value."""
    lengths = [len(entries) for entries in rows]
    ends = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    columns = np.fromiter((column for entries in rows for column, _ in entries), np.int32, ends[-1])
    values = np.fromiter((value for entries in rows for _, value in entries), np.float32, ends[-1])
    return csr_matrix((values, columns, ends), shape=(len(rows), n_columns))


@dataclass(frozen=True, slots=True)
class Design:
    """Texts as weighted words, and words as weighted features: multiplied, the features of the texts."""

    words_of_texts: Sparse
    features_of_words: Sparse

    def take(self, texts: NDArray[np.intp]) -> "Design":
        """The same design for some of the texts, in the order given."""
        return Design(self.words_of_texts[texts], self.features_of_words)

    @property
    def features_of_texts(self) -> Sparse:
        return (self.words_of_texts @ self.features_of_words).tocsr()


@dataclass(frozen=True, slots=True)
class Head:
    """What is to be learnt of one question: for each text the number of its answer, and how much the text counts.

    A text of importance 0 says nothing on this question; its answer may be any number.
    """

    labels: NDArray[np.intp]
    n_labels: int
    importance: Floats

    def take(self, texts: NDArray[np.intp]) -> "Head":
        return Head(self.labels[texts], self.n_labels, self.importance[texts])


@dataclass(frozen=True, slots=True)
class Fitting:
    """How classifiers are fitted: steps of accelerated gradient descent, the pull of the weights to zero, and how much
    of the truth is shared out among all labels, so that one odd text does not bend a word for ever."""

    steps: int = 40
    pull: float = 2e-6
    stride: float = 8.0
    smoothing: float = 0.07


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights (features by labels) and biases of one head."""

    weights: Floats
    biases: Floats

    def scores(self, features_of_texts: Sparse) -> Floats:
        return np.asarray(features_of_texts @ self.weights + self.biases, dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    """Probabilities by row."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float32)


def fit(
    design: Design, heads: Sequence[Head], how: Fitting, starts: Sequence[Weights] | None = None
) -> list[Weights]:
    """A softmax regression for each head, all in one descent. The same input gives the same bits.

    ``starts``: weights from which the descent goes on; without them it begins at nought.
    """
    texts = design.features_of_texts
    columns = texts.T.tocsr()
    ends = np.cumsum([0, *(head.n_labels for head in heads)])
    slices = [slice(int(start), int(end)) for start, end in pairwise(ends)]
    shares = [_shares(head) for head in heads]
    curvatures = _curvatures(texts, columns, np.concatenate(shares, axis=1))
    strides = how.stride / (curvatures + how.pull)
    steps = np.repeat(strides, [head.n_labels for head in heads])[None, :].astype(np.float32)
    truth = np.concatenate([_truth(head, how.smoothing) for head in heads], axis=1)

    def errors(scores: Floats) -> Floats:
        """The gradient of the loss by score, head by head."""
        wrong = np.empty_like(scores)
        for part, share in zip(slices, shares, strict=True):
            wrong[:, part] = (softmax(scores[:, part]) - truth[:, part]) * share
        return wrong

    weights: Floats = np.zeros((texts.shape[1], int(ends[-1])), dtype=np.float32)
    biases: Floats = np.zeros(int(ends[-1]), dtype=np.float32)
    if starts is not None:
        weights = np.concatenate([start.weights for start in starts], axis=1)
        biases = np.concatenate([start.biases for start in starts])
    ahead, ahead_biases, pace = weights, biases, 1.0
    for _ in range(how.steps):
        wrong = errors(np.asarray(texts @ ahead + ahead_biases, dtype=np.float32))
        next_weights = ahead - steps * (columns @ wrong + np.float32(how.pull) * ahead)
        if np.vdot(ahead - next_weights, next_weights - weights) > 0:
            pace = 1.0  # The momentum leads uphill: begin it anew.
        next_biases = ahead_biases - wrong.sum(axis=0)
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        momentum = np.float32((pace - 1) / next_pace)
        ahead = next_weights + momentum * (next_weights - weights)
        ahead_biases = next_biases + momentum * (next_biases - biases)
        weights, biases, pace = next_weights, next_biases, next_pace
    return [
        Weights(np.ascontiguousarray(weights[:, part], dtype=np.float32), biases[part]) for part in slices
    ]


def _shares(head: Head) -> Floats:
    total = head.importance.sum() or np.float32(1.0)
    return np.asarray(head.importance / total, dtype=np.float32)[:, None]


def _truth(head: Head, smoothing: float) -> Floats:
    truth = np.full((len(head.labels), head.n_labels), smoothing / head.n_labels, dtype=np.float32)
    truth[np.arange(len(head.labels)), head.labels] += 1.0 - smoothing
    return truth


def _curvatures(texts: Sparse, columns: Sparse, shares: Floats) -> Floats:
    """An upper bound on the curvature of each head's loss, by power iteration: the longest safe step is its inverse."""
    directions = np.ones((texts.shape[1], shares.shape[1]), dtype=np.float32)
    norms = np.ones(shares.shape[1], dtype=np.float32)
    for _ in range(10):
        directions = directions / np.maximum(np.linalg.norm(directions, axis=0), 1e-12)
        directions = columns @ ((texts @ directions) * shares)
        norms = np.linalg.norm(directions, axis=0)
    return np.asarray(0.5 * norms, dtype=np.float32)
