"""A trained model on disk and in memory: a directory with a manifest and plain arrays, never a pickle."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.bags import Vocabulary
from classifiers.language import LanguageModel
from classifiers.pipeline import Parts, Reader, Reading
from classifiers.scoring import BagClassifier, index_features

MANIFEST, LEXICON = "manifest.json", "lexicon.json"
ARRAYS = ("features.npz", "categories.npz", "kinds.npz", "vocabulary.npz", "language.npz")
FORMAT = 1


class BrokenModel(Exception):
    """The directory holds no model that this code can read; the message says why."""


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model. Reading with it is safe from several threads."""

    version: str
    threshold: float
    legal_threshold: float
    manifest: dict[str, Any]
    language: LanguageModel
    reader: Reader

    def read(self, text: str, language: str) -> Reading:
        """Words, bag and scores of a prepared text."""
        return self.reader.read(text, language)


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
    for name in (*ARRAYS, LEXICON):
        if file_digest(path / name) != digests[name]:
            raise BrokenModel(f"{path / name} is not the file that was trained")


def _assemble(path: Path, manifest: dict[str, Any]) -> Model:
    arrays = {name: dict(np.load(path / name, allow_pickle=False)) for name in ARRAYS}
    rows = index_features(arrays["features.npz"]["features"])
    lexicon = json.loads((path / LEXICON).read_text(encoding="utf-8"))
    classifiers = {
        topic: BagClassifier(
            labels=tuple(manifest[topic]["labels"]),
            rows=rows,
            weights=arrays[f"{topic}.npz"]["weights"].astype(np.float32),
            biases=arrays[f"{topic}.npz"]["biases"],
            temperature=manifest[topic]["temperature"],
            curve=tuple((float(x), float(y)) for x, y in manifest[topic]["curve"]),
        )
        for topic in ("categories", "kinds")
    }
    parts = Parts(
        lexicon={word: tuple(forms) for word, forms in lexicon.items()},
        vocabulary=Vocabulary.from_arrays(
            arrays["vocabulary.npz"]["keys"], arrays["vocabulary.npz"]["weights"]
        ),
        categories=classifiers["categories"],
        kinds=classifiers["kinds"],
    )
    return Model(
        version=manifest["version"],
        threshold=manifest["threshold"],
        legal_threshold=manifest["legal_threshold"],
        manifest=manifest,
        language=LanguageModel(arrays["language.npz"]["polish_over_english"]),
        reader=Reader(parts),
    )
