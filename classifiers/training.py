"""Trains a model from the corpus and the catalogue's own words, and writes it as a versioned directory."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers import calibration
from classifiers.corpus import corpus_files, read_corpus, vocabulary_files
from classifiers.kinds import find_markers
from classifiers.language import LanguageModel
from classifiers.linear import Fitting, Floats, Labelled, fit, softmax
from classifiers.material import Material, gather
from classifiers.model import FORMAT, file_digest
from classifiers.saving import Arrays, write_model
from classifiers.types import LANGUAGES, ROUTABLE_KINDS, Catalogue, CategoryEntry

_FOLDS = 3
_FITTING = Fitting()
_DEPENDENCIES = ("spacy", "morfeusz2", "numpy", "thinc")


@dataclass(frozen=True, slots=True)
class Fitted:
    """One classifier and its calibration. ``held_out``: probabilities of the sentences, each by a model without it."""

    labels: tuple[str, ...]
    weights: Floats
    biases: Floats
    temperature: float
    curve: list[tuple[float, float]]
    held_out: Floats

    @property
    def description(self) -> dict[str, Any]:
        return {"labels": list(self.labels), "temperature": self.temperature, "curve": self.curve}


def train(corpus_dir: Path, catalogue: Catalogue, out_dir: Path, seed: int) -> str:
    """Writes ``out_dir/<version>/`` and returns the version: the same input, code and seed give the same version.

    Raises CorpusError for an unreadable corpus and NothingToLearn for an empty one. An existing directory of that
    version is replaced; a failed training leaves nothing behind.
    """
    print_of_input = fingerprint(corpus_dir, catalogue, seed)
    material = gather(read_corpus(corpus_dir), catalogue)
    categories = _fit(material, [example.label for example in material.examples], seed)
    kinds = _fit(material, [example.kind for example in material.examples], seed)
    version = version_of(print_of_input)
    manifest = {
        "format": FORMAT,
        "version": version,
        "fingerprint": print_of_input,
        "seed": seed,
        "languages": list(LANGUAGES),
        "dependencies": {name: installed(name) for name in _DEPENDENCIES},
        "examples": {"sentences": material.sentences, "all": len(material.examples)},
        "features": len(material.features),
        "categories": categories.description,
        "kinds": kinds.description,
        **_thresholds(material, categories, kinds),
    }
    write_model(out_dir / version, manifest, _arrays(material, categories, kinds), material.lexicon)
    return version


def fingerprint(corpus_dir: Path, catalogue: Catalogue, seed: int) -> str:
    """A hash of all that decides what training gives: texts, catalogue, code, libraries, seed."""
    digest = hashlib.sha256(f"{FORMAT} {seed} {[installed(name) for name in _DEPENDENCIES]}".encode())
    code = sorted(Path(__file__).resolve().parent.glob("*.py"))
    for path in (*code, *vocabulary_files(), *corpus_files(corpus_dir)):
        digest.update(f"{path.parent.name}/{path.name} {file_digest(path)}\n".encode())
    entries = [_as_plain(entry) for entry in catalogue.categories]
    digest.update(json.dumps(entries, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()


def version_of(print_of_input: str) -> str:
    """The name of the version that training with this fingerprint gives."""
    return print_of_input[:12]


def _as_plain(entry: CategoryEntry) -> dict[str, Any]:
    words = {"urgency": entry.urgency_words, "danger": entry.danger_words}
    return {
        "code": entry.code,
        "kinds": [entry.kind, *entry.other_kinds],
        "texts": [dict(entry.names), dict(entry.descriptions)],
        **{name: {language: list(found) for language, found in by.items()} for name, by in words.items()},
    }


def _fit(material: Material, names: Sequence[str], seed: int) -> Fitted:
    labels = tuple(sorted(set(names)))
    numbers = np.array([labels.index(name) for name in names], dtype=np.intp)
    worth = np.array([example.worth for example in material.examples], dtype=np.float32)
    wanted = Labelled(numbers, len(labels), worth)
    scores, truth = _held_out_scores(material, wanted, seed), numbers[: material.sentences]
    temperature = calibration.choose_temperature(scores, truth) if material.sentences else 1.0
    held_out = softmax(scores / np.float32(temperature)) if material.sentences else scores
    curve = calibration.reliability_curve(held_out.max(axis=1, initial=0.0), held_out.argmax(axis=1) == truth)
    weights, biases = fit(material.design, wanted, _FITTING)
    return Fitted(labels, weights, biases, temperature, curve, calibration.straighten(held_out, curve))


def _held_out_scores(material: Material, wanted: Labelled, seed: int) -> Floats:
    """Scores for each sentence by a classifier that was fitted without it; all else is always fitted."""
    folds = np.full(len(material.examples), -1)
    folds[: material.sentences] = np.random.default_rng(seed).permutation(material.sentences) % _FOLDS
    scores = np.zeros((material.sentences, wanted.n_labels), dtype=np.float32)
    for held in range(_FOLDS if material.sentences else 0):
        seen, unseen = np.flatnonzero(folds != held), np.flatnonzero(folds == held)
        weights, biases = fit(material.design.take(seen), wanted.take(seen), _FITTING)
        scores[unseen] = material.design.take(unseen).scores(weights) + biases
    return scores


def _thresholds(material: Material, categories: Fitted, kinds: Fitted) -> dict[str, Any]:
    """Where the lines lie, and the cross-validated figures behind them. Without sentences nothing is routed."""
    if not material.sentences:
        return {"threshold": 1.01, "legal_threshold": 0.0, "cross_validation": {}}
    sentences = material.examples[: material.sentences]
    truth = [example.label for example in sentences]
    guesses = [categories.labels[number] for number in categories.held_out.argmax(axis=1)]
    hits = np.array([a == b for a, b in zip(guesses, truth, strict=True)], dtype=np.bool_)
    confidences = categories.held_out.max(axis=1)
    legal = _legal_probabilities(material, categories, kinds)
    is_legal = np.array([example.kind not in ROUTABLE_KINDS for example in sentences], dtype=np.bool_)
    legal_threshold = calibration.choose_legal_threshold(legal, is_legal)
    suspect = legal >= legal_threshold
    threshold = calibration.choose_threshold(confidences[~suspect], hits[~suspect])
    routed = ~suspect & (confidences >= threshold)
    figures = {
        "accuracy": hits.mean(),
        "macro_f1": calibration.macro_f1(truth, guesses),
        "coverage": routed.mean(),
        "precision": hits[routed].mean() if routed.any() else 0.0,
        "calibration_error": calibration.calibration_error(confidences, hits),
        "legal_recall": suspect[is_legal].mean() if is_legal.any() else 1.0,
        "legal_false_alarms": suspect[~is_legal].mean() if not is_legal.all() else 0.0,
    }
    return {
        "threshold": threshold,
        "legal_threshold": legal_threshold,
        "cross_validation": {name: round(float(value), 4) for name, value in figures.items()},
    }


def _legal_probabilities(material: Material, categories: Fitted, kinds: Fitted) -> NDArray[np.floating]:
    """How likely each sentence is to be legal; certain where a marker, its topic or its likeliest kind says so."""
    routable = [number for number, kind in enumerate(kinds.labels) if kind in ROUTABLE_KINDS]
    probabilities = np.asarray(1.0 - kinds.held_out[:, routable].sum(axis=1), dtype=np.float64)
    legal = {entry.code for entry in material.catalogue.categories if entry.kind not in ROUTABLE_KINDS}
    for number, example in enumerate(material.examples[: material.sentences]):
        topic = categories.labels[int(categories.held_out[number].argmax())]
        likeliest = kinds.labels[int(kinds.held_out[number].argmax())]
        is_marked = bool(find_markers(material.texts[number], example.language))
        if is_marked or topic in legal or likeliest not in ROUTABLE_KINDS:
            probabilities[number] = 1.0
    return probabilities


def _arrays(material: Material, categories: Fitted, kinds: Fitted) -> Arrays:
    keys, weights = material.vocabulary.to_arrays()
    model = LanguageModel.of((example.language, example.text) for example in material.examples)
    arrays: dict[str, dict[str, NDArray[Any]]] = {
        "features.npz": {"features": material.features},
        "vocabulary.npz": {"keys": keys, "weights": weights},
        "language.npz": {"polish_over_english": model.polish_over_english},
    }
    for topic, fitted in (("categories", categories), ("kinds", kinds)):
        unknown = np.zeros((1, len(fitted.labels)), dtype=np.float32)
        arrays[f"{topic}.npz"] = {
            "weights": np.concatenate([fitted.weights, unknown]),
            "biases": fitted.biases,
        }
    return arrays
