"""Our own sentences with places, and how well streets are found and resolved in them."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.lemmas import tokens_of
from classifiers.places import find_place
from classifiers.types import Gazetteer, PlaceFinding, StreetEntry

DATA = Path(__file__).parent / "data"
DISTRICTS = (
    ("podgaje", "Podgaje"),
    ("stary_mlyn", "Stary Młyn"),
    ("zarzecze", "Zarzecze"),
    ("nowiny", "Nowiny"),
    ("gorki", "Górki Wielkie"),
)


@dataclass(frozen=True, slots=True)
class Score:
    right: int
    wrong: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed)


def read_gazetteer() -> Gazetteer:
    """An invented town: its streets and districts."""
    with (DATA / "streets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";", quoting=csv.QUOTE_NONE))
    streets = tuple(
        StreetEntry(number, row["prefix"], row["name"], row["district"] or None)
        for number, row in enumerate(rows, start=1)
    )
    return Gazetteer(streets, DISTRICTS)


def read_sentences() -> list[dict[str, Any]]:
    with (DATA / "places.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def find(row: dict[str, Any], gazetteer: Gazetteer) -> PlaceFinding | None:
    return find_place(row["text"], tokens_of(row["text"], row["language"]), gazetteer)


def resolved(found: PlaceFinding | None) -> str | None:
    return found.street_name if found and found.street_id is not None else None


def score(rows: list[dict[str, Any]], gazetteer: Gazetteer) -> Score:
    """A street that was resolved is right or wrong; a street that was not, or to another one, is missed."""
    pairs = [(row["street"], resolved(find(row, gazetteer))) for row in rows]
    right = sum(wanted == got is not None for wanted, got in pairs)
    wrong = sum(got is not None and wanted != got for wanted, got in pairs)
    missed = sum(wanted is not None and wanted != got for wanted, got in pairs)
    return Score(right, wrong, missed)
