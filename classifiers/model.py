"""A trained model on disk and in memory: a directory with a manifest and plain arrays, never a pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.bags import Vocabulary
from classifiers.concepts import read_concepts
from classifiers.familiar import KnownWords
from classifiers.language import LanguageModel
from classifiers.pipeline import TOPICS, Parts, Reader, Reading
from classifiers.scoring import Head, Scored, WordWeights, index_features

MANIFEST, LEXICON, CONCEPTS = "manifest.json", "lexicon.json", "concepts.json"
ARRAYS = ("features.npz", "vocabulary.npz", "language.npz", "weights.npz")
FORMAT = 4
_UNREACHABLE = 1.01


class BrokenModel(Exception):
    """The directory holds no model that this code can read; the message says why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the lines lie: what is surer than its category's line may be routed, what is likelier than the others
    needs a person."""

    categories: Mapping[str, float]
    common: float
    legal: float
    legal_marked: float
    urgent: float
    noncase: float

    def of_category(self, code: str) -> float:
        """The line of a category; one that the validation texts never met has none that could be reached."""
        return self.categories.get(code, _UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model. Reading with it is safe from several threads."""

    version: str
    limits: Limits
    manifest: dict[str, Any]
    language: LanguageModel
    reader: Reader

    def read(self, text: str, language: str) -> Reading:
        """Words, bag and scores of a prepared text."""
        return self.reader.read(text, language)

    def categories(self, text: str, language: str) -> Scored:
        """The scores of the categories alone: for those who need no explanation and have many texts."""
        return self.reader.categories(text, language)


def load(path: Path) -> Model:
    """The model in a directory that ``training.train`` wrote. Raises BrokenModel when it is missing or damaged."""
    manifest = read_manifest(path)
    try:
        return _assemble(path, manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenModel(f"{path} cannot be read: {error!r}") from error


def read_manifest(path: Path) -> dict[str, Any]:
    """What the directory says about itself, with all its files checked. Raises BrokenModel."""
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise BrokenModel(f"{path} has format {manifest['format']}, this code reads {FORMAT}")
        _check_files(path, manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenModel(f"{path} cannot be read: {error!r}") from error
    return manifest


def file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_files(path: Path, digests: dict[str, str]) -> None:
    for name in (*ARRAYS, LEXICON, CONCEPTS):
        if file_digest(path / name) != digests[name]:
            raise BrokenModel(f"{path / name} is not the file that was trained")


def _assemble(path: Path, manifest: dict[str, Any]) -> Model:
    arrays = {name: dict(np.load(path / name, allow_pickle=False)) for name in ARRAYS}
    lexicon = json.loads((path / LEXICON).read_text(encoding="utf-8"))
    table = arrays["weights.npz"]
    parts = Parts(
        lexicon={word: tuple(forms) for word, forms in lexicon.items()},
        concepts=read_concepts((path / CONCEPTS).read_text(encoding="utf-8")),
        vocabulary=Vocabulary.from_arrays(
            arrays["vocabulary.npz"]["keys"], arrays["vocabulary.npz"]["weights"]
        ),
        weights=WordWeights(index_features(arrays["features.npz"]["features"]), table["weights"]),
        heads=_heads(manifest["heads"], table["biases"]),
    )
    return Model(
        version=manifest["version"],
        limits=Limits(**manifest["limits"]),
        manifest=manifest,
        language=LanguageModel(
            arrays["language.npz"]["polish_over_english"], KnownWords(arrays["language.npz"]["known_words"])
        ),
        reader=Reader(parts),
    )


def _heads(described: Mapping[str, Any], biases: NDArray[np.float32]) -> dict[str, Head]:
    heads: dict[str, Head] = {}
    first = 0
    for topic in TOPICS:
        entry = described[topic]
        labels = tuple(entry["labels"])
        curve = np.array(entry["curve"], dtype=np.float64)
        own = biases[first : first + len(labels)]
        heads[topic] = Head(labels, first, own, entry["temperature"], curve)
        first += len(labels)
    return heads
