"""Trains a model from the corpus and the catalogue's own words, and writes it as a versioned directory.

The corpus teaches; the validation texts, written by somebody else, set what the probabilities mean and where the
lines lie. No text does both.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers import limits
from classifiers.bags import make_known_design
from classifiers.calibration import Calibration, calibration_error, cross_fitted, reliability_table
from classifiers.concepts import compile_concepts, concept_files, load_concepts
from classifiers.corpus import (
    CASE,
    CORPUS_DIR,
    Example,
    corpus_files,
    in_use,
    read_corpus,
    saying_files,
    validation_beside,
    vocabulary_files,
)
from classifiers.decided import fit_heads
from classifiers.kinds import find_markers
from classifiers.language import LanguageModel
from classifiers.linear import Floats, Weights
from classifiers.material import Material, Question, gather, read_words
from classifiers.model import CONCEPTS, FORMAT, LEXICON, file_digest
from classifiers.normalise import Token
from classifiers.saving import Arrays, write_model
from classifiers.types import LANGUAGES, ROUTABLE_KINDS, Catalogue, CategoryEntry

_DEPENDENCIES = ("spacy", "morfeusz2", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class Fitted:
    """One head and its calibration. ``scores``: what it says of the validation texts, ``judged``: its calibrated
    probabilities for them."""

    question: Question
    weights: Weights
    calibration: Calibration
    scores: Floats
    judged: Floats

    @property
    def description(self) -> dict[str, Any]:
        return {
            "labels": list(self.question.labels),
            "temperature": self.calibration.temperature,
            "curve": self.calibration.curve,
        }


def train(
    corpus_dir: Path,
    catalogue: Catalogue,
    out_dir: Path,
    corrections: Sequence[Example] = (),
    measures: Sequence[Example] = (),
) -> str:
    """Writes ``out_dir/<version>/`` and returns the version: the same input and code give the same version.

    Both take texts with what a person decided, in the order given: ``corrections`` teach beside the corpus,
    ``measures`` teach nothing and help the validation texts to set what the probabilities mean and where the lines lie.

    Raises CorpusError for an unreadable corpus and NothingToLearn for an empty one. An existing directory of that
    version is replaced; a failed training leaves nothing behind.
    """
    print_of_input = fingerprint(corpus_dir, catalogue, corrections, measures)
    material = gather(read_corpus(corpus_dir), catalogue, corrections)
    written = read_validation(catalogue, corpus_dir)
    validation = [*written, *in_use(measures, catalogue)]
    texts = read_words(validation, material.lexicon, load_concepts())
    fitted = _fit(material, validation, texts)
    marked = [bool(find_markers(text, e.language)) for text, e in zip(texts, validation, strict=True)]
    version = version_of(print_of_input)
    manifest = {
        "format": FORMAT,
        "version": version,
        "fingerprint": print_of_input,
        "base": fingerprint(corpus_dir, catalogue),
        "languages": list(LANGUAGES),
        "dependencies": {name: installed(name) for name in _DEPENDENCIES},
        "examples": {
            "sentences": material.sentences,
            "corrections": material.corrections,
            "all": len(material.examples),
            "validation": len(written),
            "measures": len(validation) - len(written),
        },
        "features": len(material.features),
        "heads": {topic: head.description for topic, head in fitted.items()},
        **_drawn(fitted, validation, material, marked),
    }
    words = {LEXICON: json.dumps(material.lexicon, ensure_ascii=False), CONCEPTS: compile_concepts()}
    write_model(out_dir / version, manifest, _arrays(material, fitted), words)
    return version


def read_validation(catalogue: Catalogue, corpus_dir: Path = CORPUS_DIR) -> list[Example]:
    """The texts beside a corpus that no model learns from, as far as the catalogue has their categories."""
    return in_use(read_corpus(validation_beside(corpus_dir)), catalogue)


def fingerprint(
    corpus_dir: Path,
    catalogue: Catalogue,
    corrections: Sequence[Example] = (),
    measures: Sequence[Example] = (),
) -> str:
    """A hash of all that decides what training gives: texts, decisions, catalogue, code, libraries."""
    digest = hashlib.sha256(f"{FORMAT} {[installed(name) for name in _DEPENDENCIES]}".encode())
    code = sorted(Path(__file__).resolve().parent.glob("*.py"))
    words = (*vocabulary_files(), *saying_files(), *concept_files())
    texts = (*corpus_files(corpus_dir), *corpus_files(validation_beside(corpus_dir)))
    for path in (*code, *words, *texts):
        digest.update(f"{path.parent.name}/{path.name} {file_digest(path)}\n".encode())
    entries = [_as_plain(entry) for entry in catalogue.categories]
    digest.update(json.dumps(entries, sort_keys=True, ensure_ascii=False).encode())
    digest.update(json.dumps(sorted(catalogue.successors.items())).encode())
    for part, examples in (("corrections", corrections), ("measures", measures)):
        for example in examples:
            plain = json.dumps(asdict(example), sort_keys=True, ensure_ascii=False)
            digest.update(f"{part} {plain}\n".encode())
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


def _fit(
    material: Material, validation: Sequence[Example], texts: Sequence[Sequence[Token]]
) -> dict[str, Fitted]:
    seen = make_known_design([material.vocabulary.bag(text) for text in texts], material.features)
    return {
        question.topic: _calibrated(question, weights, weights.scores(seen.features_of_texts), validation)
        for question, weights in zip(material.questions, fit_heads(material), strict=True)
    }


def _calibrated(
    question: Question, weights: Weights, scores: Floats, validation: Sequence[Example]
) -> Fitted:
    head = question.head(validation)
    asked = head.importance > 0
    calibration = Calibration.of(scores[asked], head.labels[asked])
    return Fitted(question, weights, calibration, scores, calibration.applied(scores))


def _drawn(
    fitted: Mapping[str, Fitted], validation: Sequence[Example], material: Material, marked: Sequence[bool]
) -> dict[str, Any]:
    """The lines of the model and its figures. ``reliability``: how often the likeliest category is right, by its
    probability; like the calibration error by calibrations that did not see the text.
    """
    entries = material.catalogue.categories
    legal_codes = frozenset(entry.code for entry in entries if entry.kind not in ROUTABLE_KINDS)
    judged = {topic: head.judged for topic, head in fitted.items()}
    drawn = limits.choose(validation, judged, material.questions, marked, legal_codes)
    head = fitted["categories"].question.head(validation)
    is_case = np.array([example.noncase == CASE for example in validation], np.bool_) & (head.importance > 0)
    if is_case.any():
        labels = head.labels[is_case]
        apart = cross_fitted(fitted["categories"].scores[is_case], labels)
        confidences, hits = apart.max(axis=1), apart.argmax(axis=1) == labels
        drawn["validation"]["calibration_error"] = round(calibration_error(confidences, hits), 4)
        drawn["reliability"] = reliability_table(confidences, hits)
    return drawn


def _arrays(material: Material, fitted: Mapping[str, Fitted]) -> Arrays:
    keys, weights = material.vocabulary.to_arrays()
    # Texts that people decided on may be in any language: their words would make it one of ours.
    own = material.examples[: len(material.examples) - material.corrections]
    model = LanguageModel.of((example.language, example.text) for example in own)
    table = np.concatenate([head.weights.weights for head in fitted.values()], axis=1)
    unknown: NDArray[np.float32] = np.zeros((1, table.shape[1]), dtype=np.float32)
    return {
        "features.npz": {"features": material.features},
        "vocabulary.npz": {"keys": keys, "weights": weights},
        "language.npz": {
            "polish_over_english": model.polish_over_english,
            "known_words": model.known.hashes,
        },
        "weights.npz": {
            "weights": np.concatenate([table, unknown]).astype(np.float16),
            "biases": np.concatenate([head.weights.biases for head in fitted.values()]),
        },
    }
