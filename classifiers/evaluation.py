"""How good the answers of a model are, on texts that it should not have seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.calibration import calibration_error, macro_f1
from classifiers.corpus import Example
from classifiers.model import Model
from classifiers.types import ROUTABLE_KINDS, Catalogue, Gazetteer
from classifiers.understand import understand


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one evaluation. ``coverage`` is the share routed without a person, ``precision`` its right part."""

    texts: int
    accuracy: float
    macro_f1: float
    top_three: float
    coverage: float
    precision: float
    calibration_error: float
    language_accuracy: float
    legal_recall: float
    legal_false_alarms: float
    urgency_recall: float
    urgency_false_alarms: float


def evaluate(model: Model, examples: Sequence[Example], catalogue: Catalogue) -> Report:
    """Figures of the whole path from text to understanding, on texts that the model should not have seen."""
    gazetteer = Gazetteer((), ())
    found = [understand(e.text, catalogue=catalogue, gazetteer=gazetteer, model=model) for e in examples]
    first = [u.categories[0].code if u.categories else "" for u in found]
    confidence = np.array([u.categories[0].probability if u.categories else 0.0 for u in found])
    hits = np.array([code == e.label for code, e in zip(first, examples, strict=True)])
    routed = np.array([not u.kind.may_be_legal for u in found]) & (confidence >= model.threshold)
    suspect = np.array([u.kind.may_be_legal for u in found])
    legal = np.array([e.kind not in ROUTABLE_KINDS for e in examples])
    flagged = np.array([u.urgency.level != "NORMAL" for u in found])
    urgent = np.array([e.urgency != "NORMAL" for e in examples])
    in_three = [e.label in {c.code for c in u.categories} for u, e in zip(found, examples, strict=True)]
    return Report(
        texts=len(examples),
        accuracy=_share(hits),
        macro_f1=round(macro_f1([e.label for e in examples], first), 4),
        top_three=_share(np.array(in_three)),
        coverage=_share(routed),
        precision=_share(hits[routed]),
        calibration_error=round(calibration_error(confidence, hits), 4),
        language_accuracy=_share(
            np.array([u.language == e.language for u, e in zip(found, examples, strict=True)])
        ),
        legal_recall=_share(suspect[legal]),
        legal_false_alarms=_share(suspect[~legal]),
        urgency_recall=_share(flagged[urgent]),
        urgency_false_alarms=_share(flagged[~urgent]),
    )


def _share(values: NDArray[np.bool_]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0
