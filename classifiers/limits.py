"""Where the lines of a model lie, and the figures behind them: from the validation texts, which taught it nothing.

Figures are cross-fitted: each half of the texts is judged by lines that were drawn on the other half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import macro_f1
from classifiers.corpus import CASE, Example
from classifiers.linear import Floats
from classifiers.material import Question
from classifiers.types import NORMAL, ROUTABLE_KINDS

#: So much of what is routed is to be right: half a point more than is demanded, since lines flatter the texts that they
#: were drawn on.
WANTED_PRECISION = 0.955
#: What is routed must also be right in the rarer category: no category's line lies below this.
_LEAST_PROBABILITY = 0.5
_NEVER = 1.01
#: What a category's own texts are read together with, and the share that must be right of both.
_IMAGINED, _LEAST_OWN_PRECISION = 10, 0.9
#: How many urgent texts are to be found: more would raise the flag on every sixth text.
_WANTED_URGENT = 0.88
#: Of the legal texts none may be missed; of those that use words of the law with a margin.
_LEGAL_MARGIN = 0.8
_LEAST_LEGAL = 0.01


@dataclass(frozen=True, slots=True)
class Judged:
    """The validation texts as the heads judged them."""

    truth: NDArray[np.str_]
    guesses: NDArray[np.str_]
    confidences: NDArray[np.floating]
    hits: NDArray[np.bool_]
    legal: NDArray[np.floating]
    is_legal: NDArray[np.bool_]
    is_marked: NDArray[np.bool_]
    by_topic: NDArray[np.bool_]
    urgent: NDArray[np.floating]
    is_urgent: NDArray[np.bool_]
    noncase: NDArray[np.floating]
    is_noncase: NDArray[np.bool_]

    def take(self, part: NDArray[np.bool_]) -> "Judged":
        return Judged(*(getattr(self, name)[part] for name in self.__slots__))


def choose(
    validation: Sequence[Example],
    judged: Mapping[str, Floats],
    questions: Sequence[Question],
    marked: Sequence[bool],
    legal_codes: frozenset[str],
) -> dict[str, Any]:
    """``limits`` for the model and ``validation``, the cross-fitted figures; without texts nothing is routed.

    ``marked``: which texts use words of the law. ``legal_codes``: categories that are legal by themselves, so that a
    text about one of them is caught whatever its kind looks like.
    """
    if not validation:
        return {
            "limits": {
                "categories": {},
                "common": _NEVER,
                "legal": 0.0,
                "legal_marked": 0.0,
                "urgent": 0.5,
                "noncase": _NEVER,
            },
            "validation": {},
        }
    texts = _judge(validation, judged, {question.topic: question.labels for question in questions}, marked)
    texts = replace(texts, by_topic=np.isin(texts.guesses, sorted(legal_codes)))
    halves = np.arange(len(validation)) % 2 == 0
    figures = [_figures(texts.take(~half), _draw(texts.take(half))) for half in (halves, ~halves)]
    mean = {name: round(float(np.mean([figure[name] for figure in figures])), 4) for name in figures[0]}
    return {"limits": _draw(texts), "validation": mean | _whole(texts)}


def _judge(
    validation: Sequence[Example],
    judged: Mapping[str, Floats],
    labels: Mapping[str, tuple[str, ...]],
    marked: Sequence[bool],
) -> Judged:
    categories = judged["categories"]
    truth = np.array([example.label for example in validation], dtype=np.str_)
    guesses = np.array(labels["categories"], dtype=np.str_)[categories.argmax(axis=1)]
    routable = [number for number, kind in enumerate(labels["kinds"]) if kind in ROUTABLE_KINDS]
    return Judged(
        truth=truth,
        guesses=guesses,
        confidences=categories.max(axis=1),
        hits=truth == guesses,
        legal=1.0 - judged["kinds"][:, routable].sum(axis=1),
        is_legal=np.array([bool(e.kind) and e.kind not in ROUTABLE_KINDS for e in validation]),
        is_marked=np.array(marked, dtype=np.bool_),
        by_topic=np.zeros(len(validation), dtype=np.bool_),
        urgent=1.0 - judged["urgencies"][:, labels["urgencies"].index(NORMAL)],
        is_urgent=np.array([e.urgency not in ("", NORMAL) for e in validation]),
        noncase=1.0 - judged["noncases"][:, labels["noncases"].index(CASE)],
        is_noncase=np.array([e.noncase != CASE for e in validation]),
    )


def _draw(texts: Judged) -> dict[str, Any]:
    """The lines: the lowest from which on enough is right, and the highest that still catch what must be caught."""
    urgent = texts.urgent[texts.is_urgent]
    cases = texts.take(~texts.is_noncase)
    lines: dict[str, Any] = {
        **_legal_lines(texts),
        "urgent": float(np.quantile(urgent, 1.0 - _WANTED_URGENT)) if len(urgent) else 0.5,
        "noncase": _lowest_sure(texts.noncase, texts.is_noncase),
    }
    open_to_routing = cases.take(~_is_suspect(cases, lines))
    common = _lowest_sure(open_to_routing.confidences, open_to_routing.hits)
    lines["categories"] = {
        str(code): round(max(_own_line(open_to_routing, code, common), _LEAST_PROBABILITY), 4)
        for code in sorted(set(texts.guesses))
    }
    lines["common"] = round(common, 4)
    return {name: round(line, 4) if isinstance(line, float) else line for name, line in lines.items()}


def _legal_lines(texts: Judged) -> dict[str, float]:
    marked = texts.legal[texts.is_legal & texts.is_marked & ~texts.by_topic]
    plain = texts.legal[texts.is_legal & ~texts.is_marked & ~texts.by_topic]
    marked_line = max(_LEAST_LEGAL, float(marked.min()) * _LEGAL_MARGIN) if len(marked) else 1.0
    plain_line = float(plain.min()) if len(plain) else marked_line
    line = plain_line if texts.is_legal.any() else 0.0
    return {"legal": line, "legal_marked": min(line, marked_line)}


def _is_suspect(texts: Judged, lines: Mapping[str, Any]) -> NDArray[np.bool_]:
    return np.asarray(
        texts.legal >= np.where(texts.is_marked, lines["legal_marked"], lines["legal"]), np.bool_
    )


def _lowest_sure(confidences: NDArray[np.floating], hits: NDArray[np.bool_]) -> float:
    """The lowest confidence from which on enough is right; above 1 when there is none."""
    order = np.argsort(-confidences, kind="stable")
    right = np.cumsum(hits[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(right >= WANTED_PRECISION)
    return float(confidences[order][good[-1]]) if len(good) else _NEVER


def _own_line(texts: Judged, code: str, common: float) -> float:
    """The line of one category: the common one, or the first above it from which on enough of its own is right.

    A category has few texts here. They are read together with some imagined ones that are right as often as wanted:
    a single mistake is chance, two or three are not. Its line may only be stricter than the common one, never laxer.
    """
    own = (texts.guesses == code) & (texts.confidences >= common)
    confidences, hits = texts.confidences[own], texts.hits[own]
    for line in (common, *np.sort(confidences)):
        above = confidences >= line
        right = hits[above].sum() + _IMAGINED * WANTED_PRECISION
        if right / (above.sum() + _IMAGINED) >= _LEAST_OWN_PRECISION:
            return float(line)
    return _NEVER


def _figures(texts: Judged, lines: Mapping[str, Any]) -> dict[str, float]:
    """What the lines do with texts that they were not drawn on."""
    suspect = _is_suspect(texts, lines)
    own = np.array([lines["categories"].get(str(code), lines["common"]) for code in texts.guesses])
    routed = ~suspect & (texts.noncase < lines["noncase"]) & (texts.confidences >= own)
    alarmed = texts.urgent >= lines["urgent"]
    cases = ~texts.is_noncase
    return {
        "coverage": _share(routed[cases]),
        "precision": _share(texts.hits[routed]),
        "legal_recall": _share(suspect[texts.is_legal]),
        "legal_false_alarms": _share(suspect[cases & ~texts.is_legal]),
        "urgency_recall": _share(alarmed[texts.is_urgent]),
        "urgency_false_alarms": _share(alarmed[cases & ~texts.is_urgent]),
        "noncase_recall": _share(texts.noncase[texts.is_noncase] >= lines["noncase"]),
        "noncase_false_alarms": _share(texts.noncase[cases] >= lines["noncase"]),
    }


def _whole(texts: Judged) -> dict[str, float]:
    cases = texts.take(~texts.is_noncase)
    return {
        "texts": len(texts.truth),
        "accuracy": _share(cases.hits),
        "macro_f1": round(macro_f1(cases.truth.tolist(), cases.guesses.tolist()), 4),
    }


def _share(values: NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0
