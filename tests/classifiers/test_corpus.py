"""What ships to learn from: enough of everything, nothing twice, and each row in order."""

import json
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from classifiers.concepts import concept_files
from classifiers.corpus import (
    CASE,
    CORPUS_DIR,
    NONCASES,
    VALIDATION_DIR,
    Example,
    corpus_files,
    read_corpus,
    read_sayings,
    saying_files,
)
from classifiers.normalise import find_words, fold
from classifiers.types import DANGER, LANGUAGES, NORMAL, URGENT
from routing.models import Kind

URGENCIES = {NORMAL, URGENT, DANGER}
REGISTERS = {"FORM", "MAIL", "PHONE", "ANGRY", "ROUGH"}
FEWEST = {"pl": 80, "en": 40, "uk": 25}
# Matters that are rare in any city: half as many texts will do.
RARE = frozenset(
    {
        "animal.dogs",
        "animal.wild",
        "business",
        "cemetery",
        "civic_budget",
        "crisis",
        "energy",
        "foreigners",
        "lost",
        "parking.paid",
        "property",
        "road.change",
        "road.damage_claim",
        "road.works",
        "scooter",
        "water.pollution",
    }
)
FEWEST_NONCASES = 300
FEWEST_TO_VALIDATE = 4
FIELDS = {"text", "label", "also", "kind", "urgency", "register", "noncase"}
#: Texts that share so many of their runs of words are one text written twice.
SHINGLE, TOO_ALIKE = 5, 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file, unlike an Example with all that it says, and where it stands."""

    place: str
    language: str
    fields: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.fields["text"])


@cache
def rows() -> list[Row]:
    """Corpus and validation together."""
    return [
        Row(f"{path.relative_to(directory.parent)}:{number}", path.parent.name, json.loads(line))
        for directory in (CORPUS_DIR, VALIDATION_DIR)
        for path in corpus_files(directory)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


@cache
def corpus() -> list[Example]:
    return read_corpus(CORPUS_DIR)


@cache
def validation() -> list[Example]:
    return read_corpus(VALIDATION_DIR)


@cache
def groups() -> dict[str, str]:
    """The category codes of the first city, each with its group on the first screen."""
    catalogue = Path(settings.BASE_DIR) / "routing" / "data" / "konin" / "catalogue.toml"
    entries = tomllib.loads(catalogue.read_text(encoding="utf-8"))["category"]
    return {entry["code"]: entry["group"] for entry in entries}


@cache
def words_of(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word, _start, _end in find_words(text))


def repeated(lines: Iterable[str]) -> list[str]:
    return [line for line, times in Counter(lines).items() if times > 1]


# -- enough -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_texts_enough(language: str) -> None:
    written = Counter(example.label for example in corpus() if example.language == language)
    wanted = {code: FEWEST[language] / (2 if code in RARE else 1) for code in groups()}
    assert {code: written[code] for code in wanted if written[code] < wanted[code]} == {}


def test_the_rare_categories_are_in_the_catalogue() -> None:
    assert groups().keys() >= RARE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_of_categories_is_written_in_every_register(language: str) -> None:
    heard: dict[str, set[str]] = {group: set() for group in groups().values()}
    for example in corpus():
        if example.language == language and example.label:
            heard[groups()[example.label]].add(example.register)
    assert {group: REGISTERS - found for group, found in heard.items() if found != REGISTERS} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_matter_and_every_urgency_is_written(language: str) -> None:
    own = [example for example in corpus() if example.language == language]
    assert {example.kind for example in own if example.label} == set(Kind.values)
    assert {example.urgency for example in own} == URGENCIES


def test_what_is_no_case_is_written_too() -> None:
    noncases = Counter((example.language, example.noncase) for example in corpus() if example.noncase != CASE)
    assert noncases.total() >= FEWEST_NONCASES
    assert noncases.keys() == {(language, noncase) for language in LANGUAGES for noncase in NONCASES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_second_topics_are_written(language: str) -> None:
    assert any(row.fields.get("also") for row in rows() if row.language == language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_can_be_validated(language: str) -> None:
    written = Counter(example.label for example in validation() if example.language == language)
    assert {code: written[code] for code in groups() if written[code] < FEWEST_TO_VALIDATE} == {}


# -- in order -----------------------------------------------------------------------------------------------------


def faults(fields: dict[str, Any]) -> list[str]:
    """What is wrong with a row. A non-case is about nothing; anything else is about a category, and of some kind."""
    text, label, also, noncase = (fields.get(name) for name in ("text", "label", "also", "noncase"))
    if noncase is None:
        about_something = label in groups() and fields.get("kind") in Kind.values
    else:
        about_something = noncase in NONCASES and (label, fields.get("kind"), also) == (None, "NONE", None)
    right = {
        "fields": fields.keys() <= FIELDS,
        "text": isinstance(text, str) and text == text.strip() != "",
        "label or kind": about_something,
        "second topics": also is None or groups().keys() - {label} >= set(also) > set(),
        "urgency": fields.get("urgency") in URGENCIES,
        "register": fields.get("register") in REGISTERS,
    }
    return [name for name, is_right in right.items() if not is_right]


def test_every_row_is_valid() -> None:
    assert [f"{row.place} {fault}" for row in rows() for fault in faults(row.fields)] == []


@pytest.mark.parametrize(
    "change",
    [
        {"label": "no.such"},
        {"label": None},
        {"also": ["no.such"]},
        {"also": ["light"]},
        {"also": []},
        {"kind": "NONE"},
        {"urgency": "HIGH"},
        {"register": ""},
        {"noncase": "SPAM"},
        {"text": " "},
        {"colour": "red"},
    ],
)
def test_a_bad_row_is_found(change: dict[str, Any]) -> None:
    good = {"text": "Ciemno", "label": "light", "kind": "REPORT", "urgency": NORMAL, "register": "FORM"}
    assert faults(good) == []
    assert faults(good | change) != []


# -- nothing twice ------------------------------------------------------------------------------------------------


def test_no_text_stands_twice_whatever_its_letters_and_spaces() -> None:
    places = defaultdict(list)
    for row in rows():
        places["".join(words_of(row.text)) or row.text].append(row.place)
    assert [found for found in places.values() if len(found) > 1] == []


def alike(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs of texts of which half the runs of five words are the same. Only texts that share one are compared."""
    shingles = [set(shingles_of(words_of(text))) for text in texts]
    holders = defaultdict(list)
    for number, found in enumerate(shingles):
        for shingle in found:
            holders[shingle].append(number)
    shared = Counter(
        (earlier, later)
        for numbers in holders.values()
        for place, later in enumerate(numbers)
        for earlier in numbers[:place]
    )
    for (earlier, later), common in shared.items():
        if common >= TOO_ALIKE * (len(shingles[earlier]) + len(shingles[later]) - common):
            yield earlier, later


def shingles_of(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Each run of five words; a shorter text is one run. A text without words has none."""
    return (
        words[first : first + SHINGLE] for first in range(max(len(words) - SHINGLE + 1, min(len(words), 1)))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_nearly_another(language: str) -> None:
    own = [row for row in rows() if row.language == language]
    assert [(own[a].place, own[b].place) for a, b in alike([row.text for row in own])] == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lampa nr 4 przy szkole znowu nie świeci", "lampa nr 4 przy szkole znowu nie swieci!", True),
        (
            "Lampa nr 4 przy szkole znowu nie świeci",
            "Od wtorku lampa nr 4 przy szkole znowu nie świeci",
            True,
        ),
        ("Lampa nr 4 przy szkole znowu nie świeci", "Lampa nr 4 koło przedszkola od środy nie świeci", False),
        ("ciemno tu", "Ciemno tu.", True),
        ("😂😂", "...", False),
    ],
)
def test_likeness_is_seen(one: str, other: str, same: bool) -> None:
    assert (list(alike([one, other])) == [(0, 1)]) is same


def test_validation_is_written_in_files_of_its_own() -> None:
    assert {example.batch for example in validation()}.isdisjoint(example.batch for example in corpus())
    assert {example.text for example in validation()}.isdisjoint(example.text for example in corpus())


# -- sayings and concepts -----------------------------------------------------------------------------------------


def test_sayings_are_about_categories_of_the_catalogue() -> None:
    assert {saying.language for saying in read_sayings()} == set(LANGUAGES)
    assert [saying for saying in read_sayings() if saying.label not in groups()] == []


@pytest.mark.parametrize("path", saying_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_saying_stands_twice(path: Path) -> None:
    assert repeated(path.read_text(encoding="utf-8").lower().splitlines()) == []


@pytest.mark.parametrize("path", concept_files(), ids=lambda path: path.stem)
def test_concepts_have_words_in_each_language_and_stand_once(path: Path) -> None:
    lines = [line.split("|") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    bad = [line for line in lines if len(line) != 4 or not all(part.strip() for part in line)]
    assert bad == []
    assert repeated(line[0].strip() for line in lines) == []
