"""A corpus of a few sentences, so that training takes a second; catalogue, words and sayings teach the rest."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from classifiers.corpus import VALIDATION_DIR, corpus_files, validation_beside
from classifiers.types import NORMAL

# Of the texts that are held back: enough of each category to draw lines by, and quickly judged.
_EACH = 4


def lay_down(directory: Path, sentences: Iterable[tuple[str, str]], *, each: int = _EACH) -> Path:
    """The file of a corpus in this directory with Polish reports: text and category. Beside it lies one in ``each`` of
    the validation texts that ship."""
    file = directory / "pl" / "part.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(json.dumps(_row(text, label)) for text, label in sentences))
    for path in corpus_files(VALIDATION_DIR):
        held_back = validation_beside(directory) / path.parent.name / path.name
        held_back.parent.mkdir(parents=True, exist_ok=True)
        held_back.write_text(
            "\n".join(path.read_text(encoding="utf-8").splitlines()[::each]), encoding="utf-8"
        )
    return file


def _row(text: str, label: str) -> Mapping[str, str]:
    return {"text": text, "label": label, "kind": "REPORT", "urgency": NORMAL}
