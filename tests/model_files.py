"""The files of a version that are whole as far as anybody checks, with nothing in them that could read a text."""

import json
from pathlib import Path

from classifiers.model import ARRAYS, CONCEPTS, FORMAT, LEXICON, MANIFEST, file_digest


def write_model_files(directory: Path) -> None:
    """Lay them down in a new directory."""
    directory.mkdir(parents=True)
    names = (*ARRAYS, LEXICON, CONCEPTS)
    for name in names:
        (directory / name).write_bytes(name.encode())
    manifest = {"format": FORMAT, "files": {name: file_digest(directory / name) for name in names}}
    (directory / MANIFEST).write_text(json.dumps(manifest))
