"""Writes a trained model as a directory that ``model.load`` reads: plain arrays and JSON, never a pickle."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.model import MANIFEST, file_digest

#: File names with the arrays in each.
Arrays = Mapping[str, Mapping[str, NDArray[Any]]]
#: File names with the JSON in each.
Words = Mapping[str, str]


def write_model(target: Path, manifest: Mapping[str, Any], arrays: Arrays, words: Words) -> None:
    """Writes the directory of a model, whole or not at all; the manifest gains the hash of every file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".training-", dir=target.parent))
    try:
        for name, members in arrays.items():
            np.savez(unfinished / name, allow_pickle=False, **dict(members))
        for name, text in words.items():
            (unfinished / name).write_text(text, encoding="utf-8")
        digests = {path.name: file_digest(path) for path in sorted(unfinished.iterdir())}
        whole = json.dumps({**manifest, "files": digests}, ensure_ascii=False, indent=1, sort_keys=True)
        (unfinished / MANIFEST).write_text(whole, encoding="utf-8")
        unfinished.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        _move(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _move(unfinished: Path, target: Path) -> None:
    """Puts the finished directory in its place, unless another process that trained the same was quicker."""
    try:
        unfinished.rename(target)
    except OSError:
        if not (target / MANIFEST).exists():
            raise
