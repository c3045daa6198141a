"""Reads the sentences to learn from: the corpus files, the typical words, and the catalogue's own words."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from classifiers.types import LANGUAGES, NORMAL, Catalogue, CategoryEntry

DATA_DIR = Path(__file__).resolve().parent / "data"
CORPUS_DIR = DATA_DIR / "corpus"
VALIDATION_DIR = DATA_DIR / "validation"
VOCABULARY_DIR = DATA_DIR / "vocabulary"
SAYINGS_DIR = DATA_DIR / "sayings"

#: What a text is that is no matter for the city hall; ``CASE`` is the answer for one that is.
CASE = "CASE"
SPAM = "SPAM"
NONCASES = (SPAM, "CHAT", "THANKS", "AUTO_REPLY", "WRONG_CITY", "EMERGENCY_112", "TEST")
#: A name or a single typical word says less than a sentence of a resident.
_NAME_WORTH, _DESCRIPTION_WORTH, _HINTS_WORTH, _WORD_WORTH, _SAYING_WORTH = 0.5, 1.0, 0.3, 0.8, 0.7


@dataclass(frozen=True, slots=True)
class Example:
    """A text with what a person would say about it, and how much it counts in training.

    An empty ``label``, ``kind`` or ``urgency`` says nothing on that question; a non-case has neither label nor kind.
    """

    text: str
    language: str
    label: str
    kind: str = ""
    urgency: str = ""
    worth: float = 1.0
    noncase: str = CASE
    register: str = ""
    batch: str = ""


class CorpusError(ValueError):
    """A file of the corpus cannot be read; the message names the file and the line."""


def read_corpus(corpus_dir: Path) -> list[Example]:
    """All examples under ``<language>/*.jsonl`` in a stable order. Raises CorpusError for a bad line."""
    return [example for path in corpus_files(corpus_dir) for example in _read_file(path)]


def corpus_files(corpus_dir: Path) -> list[Path]:
    return [path for language in LANGUAGES for path in sorted((corpus_dir / language).glob("*.jsonl"))]


def validation_beside(corpus_dir: Path) -> Path:
    """Where the texts lie that are held back from a corpus, in files like its own."""
    return corpus_dir.with_name(VALIDATION_DIR.name)


def vocabulary_files() -> list[Path]:
    return [path for language in LANGUAGES for path in [VOCABULARY_DIR / f"{language}.toml"] if path.exists()]


def saying_files() -> list[Path]:
    return [path for language in LANGUAGES for path in sorted((SAYINGS_DIR / language).glob("*.tsv"))]


def read_sayings() -> list[Example]:
    """Short sayings, ``code<TAB>saying`` a line: what a matter is about, and nothing else."""
    found = []
    for path in saying_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            code, tab, saying = line.partition("\t")
            if not (code and tab and saying):
                raise CorpusError(f"{path}, line {number}: not a code and a saying")
            found.append(Example(saying, path.parent.name, code, worth=_SAYING_WORTH, batch=path.stem))
    return found


def from_catalogue(catalogue: Catalogue) -> list[Example]:
    """What the catalogue itself says about its categories, as examples."""
    return [example for entry in catalogue.categories for example in _from_entry(entry)]


def from_vocabulary(catalogue: Catalogue) -> list[Example]:
    """The typical words of each category, each as an example of its own."""
    kinds = {entry.code: entry.kind for entry in catalogue.categories}
    return [
        Example(words, path.stem, code, kinds[code], NORMAL, worth=_WORD_WORTH)
        for path in vocabulary_files()
        for written, entries in tomllib.loads(path.read_text(encoding="utf-8"))["words"].items()
        if (code := catalogue.today(written)) in kinds
        for words in entries.split(", ")
    ]


def in_use(examples: Iterable[Example], catalogue: Catalogue) -> list[Example]:
    """The non-cases, and the examples whose category the catalogue has today, with the code that it has today."""
    codes = {entry.code for entry in catalogue.categories}
    found = (_today(example, catalogue) for example in examples)
    return [example for example in found if example.label in codes or example.noncase != CASE]


def _today(example: Example, catalogue: Catalogue) -> Example:
    label = catalogue.today(example.label)
    return example if label == example.label else replace(example, label=label)


def _from_entry(entry: CategoryEntry) -> Iterator[Example]:
    for language in LANGUAGES:
        hints = (*entry.urgency_words.get(language, ()), *entry.danger_words.get(language, ()))
        for text, worth in (
            (entry.names.get(language, ""), _NAME_WORTH),
            (entry.descriptions.get(language, ""), _DESCRIPTION_WORTH),
            (", ".join(hints), _HINTS_WORTH),
        ):
            if text:
                yield Example(text, language, entry.code, entry.kind, NORMAL, worth=worth)


def _read_file(path: Path) -> Iterator[Example]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                yield _example(json.loads(line), path)
            except (ValueError, KeyError, TypeError) as error:
                raise CorpusError(f"{path}, line {number}: {error!r}") from error


def _example(row: dict[str, Any], path: Path) -> Example:
    noncase = row.get("noncase", CASE)
    if noncase not in (CASE, *NONCASES):
        raise ValueError(f"no such non-case: {noncase}")
    return Example(
        text=row["text"],
        language=path.parent.name,
        label=row["label"] or "",
        kind=row["kind"] if noncase == CASE else "",
        urgency=row["urgency"],
        noncase=noncase,
        register=row.get("register", ""),
        batch=path.stem,
    )
