"""How good a model is on texts that people have judged, in our own categories: figures, tables and curves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import calibration_error, f1_by_label, reliability_table
from classifiers.corpus import CASE, Example
from classifiers.model import Model
from classifiers.types import NO_CASE, ROUTABLE_KINDS, Catalogue, Gazetteer
from classifiers.understand import understand

_CONFUSIONS = 40
_NOWHERE = Gazetteer((), ())


@dataclass(frozen=True, slots=True)
class Judged:
    """What people say of a text and what the model says. ``routed``: the machine would pass it on by itself."""

    truth: str
    is_legal: bool
    guess: str
    probability: float
    routed: bool
    may_be_legal: bool

    @property
    def is_right(self) -> bool:
        return self.truth == self.guess


def judge(model: Model, catalogue: Catalogue, examples: Sequence[Example]) -> list[Judged]:
    """The model's word on each example, in their order. No place is looked for."""
    return [_judge(model, catalogue, example) for example in examples]


def describe(judged: Sequence[Judged]) -> dict[str, Any]:
    """All that a person wants to know of them, as plain values for JSON: shares from 0 to 1, rounded.

    ``by_category``: texts, precision, recall and F1 by code. ``confusion``: truth, guess, texts; the most frequent
    first. ``calibration``: for tenths of probability the mean probability, the share that was right, texts.
    ``coverage_at``: line, share of the texts above it, share of those that is right.
    """
    cases = [one for one in judged if one.truth != NO_CASE]
    routed = [one for one in cases if one.routed]
    by_category = f1_by_label([one.truth for one in cases], [one.guess for one in cases])
    return {
        "texts": len(judged),
        "accuracy": share([one.is_right for one in cases]),
        "macro_f1": round(float(np.mean([row["f1"] for row in by_category.values()])), 4) if cases else 0.0,
        "coverage": share([one.routed for one in cases]),
        "routed_precision": share([one.is_right for one in routed]),
        "calibration_error": _calibration_error(cases),
        "legal_recall": share([not one.routed for one in cases if one.is_legal]),
        "held_as_legal": share([one.may_be_legal for one in cases if not one.is_legal]),
        "by_category": by_category,
        "confusion": _confusion(cases),
        "calibration": reliability_table(*_arrays(cases)),
        "coverage_at": _coverage_at(cases),
    }


def share(values: Sequence[bool]) -> float:
    """The share that is true; 0 of nothing."""
    return round(sum(values) / len(values), 4) if values else 0.0


def _judge(model: Model, catalogue: Catalogue, example: Example) -> Judged:
    found = understand(
        example.text,
        catalogue=catalogue,
        gazetteer=_NOWHERE,
        model=model,
        language_hint=example.language or None,
    )
    top = found.categories[0] if found.categories else None
    return Judged(
        truth=example.label if example.noncase == CASE else NO_CASE,
        is_legal=bool(example.kind) and example.kind not in ROUTABLE_KINDS,
        guess=top.code if top and found.noncase is None else NO_CASE,
        probability=top.probability if top else 0.0,
        routed=found.is_routable,
        may_be_legal=found.kind.may_be_legal,
    )


def _arrays(cases: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    return np.array([one.probability for one in cases]), np.array([one.is_right for one in cases], np.bool_)


def _calibration_error(cases: Sequence[Judged]) -> float:
    return round(calibration_error(*_arrays(cases)), 4) if cases else 0.0


def _confusion(cases: Sequence[Judged]) -> list[list[Any]]:
    counts = Counter((one.truth, one.guess) for one in cases if not one.is_right)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [[truth, guess, texts] for (truth, guess), texts in ranked[:_CONFUSIONS]]


def _coverage_at(cases: Sequence[Judged]) -> list[list[float]]:
    probabilities, hits = _arrays(cases)
    return [
        [line, share((probabilities >= line).tolist()), share(hits[probabilities >= line].tolist())]
        for line in (number / 20 for number in range(20))
        if len(cases)
    ]
