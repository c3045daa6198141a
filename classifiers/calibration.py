"""Figures and thresholds from scores and truths: plain arithmetic, no texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classifiers.linear import Floats, softmax

_BINS = 10
_MOST_POINTS = 20
_NO_CURVE = ((0.0, 0.0), (1.0, 1.0))


def f1_by_label(truth: Sequence[str], guesses: Sequence[str]) -> dict[str, dict[str, float]]:
    """Texts, precision, recall and F1 of each label that occurs in the truth."""
    return {label: _by_label(label, truth, guesses) for label in sorted(set(truth))}


def macro_f1(truth: Sequence[str], guesses: Sequence[str]) -> float:
    """The mean F1 over the labels that occur in the truth."""
    scores = [row["f1"] for row in f1_by_label(truth, guesses).values()]
    return sum(scores) / len(scores) if scores else 0.0


def calibration_error(confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> float:
    """The expected calibration error: how far probabilities are from the share that was right, in ten bins."""
    bins = np.minimum((np.asarray(confidences) * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(confidences[bins == b].mean() - hits[bins == b].mean()) * (bins == b).mean()
            for b in set(bins.tolist())
        )
    )


def reliability_table(confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> list[list[float]]:
    """For tenths of probability that occur: the mean probability, the share that was right, and how many there were."""
    bins = np.minimum((np.asarray(confidences) * _BINS).astype(int), _BINS - 1)
    return [
        [
            round(float(confidences[bins == number].mean()), 4),
            round(float(hits[bins == number].mean()), 4),
            int((bins == number).sum()),
        ]
        for number in sorted(set(bins.tolist()))
    ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What makes the probabilities of a head mean what they say."""

    temperature: float = 1.0
    curve: Sequence[tuple[float, float]] = _NO_CURVE

    @classmethod
    def of(cls, scores: Floats, labels: NDArray[np.intp]) -> "Calibration":
        """Drawn on the scores of texts with known answers; without any, nothing is changed."""
        if not len(labels):
            return cls()
        temperature = choose_temperature(scores, labels)
        judged = softmax(scores / np.float32(temperature))
        hits = judged.argmax(axis=1) == labels
        return cls(temperature, reliability_curve(judged.max(axis=1), hits))

    def applied(self, scores: Floats) -> Floats:
        """The probabilities of texts by their scores."""
        return straighten(softmax(scores / np.float32(self.temperature)), self.curve)


def cross_fitted(scores: Floats, labels: NDArray[np.intp]) -> Floats:
    """The probabilities of each half of the texts under the calibration that was drawn on the other half."""
    first = np.arange(len(labels)) % 2 == 0
    found = np.empty_like(scores)
    for half in (first, ~first):
        found[half] = Calibration.of(scores[~half], labels[~half]).applied(scores[half])
    return found


def choose_temperature(scores: Floats, labels: NDArray[np.intp]) -> float:
    """The divisor of the scores under which the truth is likeliest."""
    candidates = np.geomspace(0.1, 4.0, 60)
    losses = [_loss(scores / np.float32(candidate), labels) for candidate in candidates]
    return float(candidates[int(np.argmin(losses))])


def reliability_curve(
    confidences: NDArray[np.floating], hits: NDArray[np.bool_]
) -> list[tuple[float, float]]:
    """Points of a rising line from the probability that a model gives its first label to the share that is right."""
    if len(confidences) < _BINS:
        return [(0.0, 0.0), (1.0, 1.0)]
    order = np.argsort(confidences, kind="stable")
    blocks: list[tuple[float, float, int]] = []
    for part in np.array_split(order, min(_MOST_POINTS, len(order) // _BINS)):
        blocks.append((float(confidences[part].mean()), float(hits[part].mean()), len(part)))
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            (x1, y1, n1), (x2, y2, n2) = blocks.pop(-2), blocks.pop(-1)
            blocks.append(((x1 * n1 + x2 * n2) / (n1 + n2), (y1 * n1 + y2 * n2) / (n1 + n2), n1 + n2))
    last = min(1.0, blocks[-1][1] + 0.01)
    return [(0.0, 0.0), *((round(x, 6), round(y, 6)) for x, y, _ in blocks), (1.0, round(last, 6))]


def straighten(probabilities: Floats, curve: ArrayLike) -> Floats:
    """The rows with the first label's probability read off the curve; the others share what is left as before."""
    first = probabilities.max(axis=1)
    wanted = np.interp(first, *np.asarray(curve).T)
    left = np.maximum(1.0 - first, 1e-9)
    straight = probabilities * ((1.0 - wanted) / left)[:, None]
    straight[np.arange(len(first)), probabilities.argmax(axis=1)] = wanted
    return np.asarray(straight / straight.sum(axis=1, keepdims=True), dtype=np.float32)


def _by_label(label: str, truth: Sequence[str], guesses: Sequence[str]) -> dict[str, float]:
    hits = sum(a == b == label for a, b in zip(truth, guesses, strict=True))
    texts, guessed = truth.count(label), guesses.count(label)
    return {
        "texts": texts,
        "precision": round(hits / guessed, 4) if guessed else 0.0,
        "recall": round(hits / texts, 4),
        "f1": round(2 * hits / (texts + guessed), 4),
    }


def _loss(scores: Floats, labels: NDArray[np.intp]) -> float:
    likelihoods = softmax(scores)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(likelihoods, 1e-9)).mean())
