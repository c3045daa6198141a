"""How good a model is on labelled texts from outside, whose labels are coarser than our categories."""

import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.calibration import calibration_error, f1_by_label
from classifiers.model import Model
from classifiers.types import Catalogue, Gazetteer, Understanding
from classifiers.understand import understand

#: Fewer texts say little of a label: the mean is over the others, where there are any.
LEAST_TEXTS = 20
#: Labels that are no answer: rows with them are left out.
_LEFT_OUT = frozenset({"AMBIGUOUS", ""})
_NONCASE = "NONCASE"


class BadTexts(ValueError):
    """A file of texts or of the mapping cannot be read, or that of the figures not be written; the message names it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text from outside with its label there."""

    id: str
    text: str
    language: str
    label: str


def read_texts(path: Path, *, without_suspect: bool = False) -> list[Labelled]:
    """Rows ``{"id", "text", "lang", "label"}``, one JSON object a line. Raises BadTexts.

    Rows marked ``label_suspect`` stay unless ``without_suspect``; rows without a usable label are left out.
    """
    found = []
    for number, line in enumerate(_lines_of(path), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            labelled = Labelled(str(row["id"]), *(_words_of(row, name) for name in ("text", "lang", "label")))
        except (ValueError, KeyError, TypeError) as error:
            raise BadTexts(f"{path}, line {number}: {error!r}") from error
        is_out = labelled.label in _LEFT_OUT or (without_suspect and row.get("label_suspect"))
        if not is_out:
            found.append(labelled)
    return found


def read_mapping(path: Path) -> dict[str, str]:
    """``catalogue,common`` as CSV: the outside label of each of our categories. Raises BadTexts."""
    rows = csv.DictReader(_lines_of(path))
    try:
        mapping = {_words_of(row, "catalogue"): _words_of(row, "common") for row in rows}
    except (KeyError, TypeError, csv.Error) as error:
        raise BadTexts(
            f"{path}, line {rows.line_num}: not a CSV with the columns catalogue,common ({error!r})"
        ) from error
    if not mapping:
        raise BadTexts(f"{path}: no rows under the columns catalogue,common")
    return mapping


def check_output(path: Path | None) -> None:
    """For before the work: the figures can be written there afterwards. Raises BadTexts."""
    if path is None:
        return
    if not path.parent.is_dir():
        raise BadTexts(f"{path} cannot be written: there is no directory {path.parent}")
    if path.is_dir():
        raise BadTexts(f"{path} cannot be written: it is a directory")


def evaluate(
    model: Model,
    catalogue: Catalogue,
    texts: Sequence[Labelled],
    mapping: Mapping[str, str],
    groups: Iterable[frozenset[str]] = (),
) -> dict[str, Any]:
    """Figures over the texts, and what was said of each. Labels of a group count as one.

    ``macro_f1`` is the mean over labels with at least 20 texts (over all, where none has so many).
    ``coverage`` is the share that would be routed without a person, ``routed_precision`` how much of that is right.
    """
    started = time.perf_counter()
    gazetteer = Gazetteer((), ())
    found = [understand(t.text, catalogue=catalogue, gazetteer=gazetteer, model=model) for t in texts]
    seconds = time.perf_counter() - started
    said = [_prediction(text, understood, mapping) for text, understood in zip(texts, found, strict=True)]
    marks = mark([text.label for text in texts], [row["label"] for row in said], groups)
    hits = marks.pop("hits")
    routed = np.array([row["routed"] for row in said], dtype=np.bool_)
    confidences = np.array([row["probability"] for row in said], dtype=np.float64)
    return {
        "texts": len(texts),
        **marks,
        "coverage": _mean(routed),
        "routed_precision": _mean(hits[routed]),
        "ece": round(calibration_error(confidences, hits), 4) if len(texts) else 0.0,
        "texts_per_second": round(len(texts) / seconds, 1) if texts else 0.0,
        "model": model.version,
        "predictions": said,
    }


def mark(
    truth: Sequence[str], guesses: Sequence[str], groups: Iterable[frozenset[str]] = ()
) -> dict[str, Any]:
    """Accuracy, macro F1 and figures by label of any guesses, by the same rules; ``hits`` says which are right."""
    names = {label: "+".join(sorted(group)) for group in groups for label in group}
    truth = [_plain(label, names) for label in truth]
    guesses = [_plain(label, names) for label in guesses]
    hits = np.array([a == b for a, b in zip(truth, guesses, strict=True)], dtype=np.bool_)
    by_label = f1_by_label(truth, guesses)
    return {
        "accuracy": _mean(hits),
        "macro_f1": _macro(by_label, truth),
        "per_label": by_label,
        "hits": hits,
    }


def _prediction(text: Labelled, found: Understanding, mapping: Mapping[str, str]) -> dict[str, Any]:
    top = found.categories[0] if found.categories and found.noncase is None else None
    probability = top.probability if top else found.noncase.probability if found.noncase else 0.0
    return {
        "id": text.id,
        "label": mapping.get(top.code, "") if top else _NONCASE,
        "code": top.code if top else None,
        "probability": probability,
        "routed": found.is_routable,
    }


def _plain(label: str, names: Mapping[str, str]) -> str:
    return _NONCASE if label.startswith(_NONCASE) else names.get(label, label)


def _macro(by_label: Mapping[str, Mapping[str, float]], truth: Sequence[str]) -> float:
    counts = Counter(truth)
    wanted = [label for label in by_label if counts[label] >= LEAST_TEXTS] or list(by_label)
    return round(float(np.mean([by_label[label]["f1"] for label in wanted])), 4) if wanted else 0.0


def _mean(values: np.ndarray[Any, Any]) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0


def _words_of(row: Mapping[str, Any], name: str) -> str:
    words = row[name]
    if not isinstance(words, str):
        raise TypeError(f"{name} is no text: {words!r}")
    return words


def _lines_of(path: Path) -> list[str]:
    # By "\n" alone: JSON allows other ends of lines, such as U+2028, within its texts.
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTexts(f"{path} cannot be read: {error}") from error
