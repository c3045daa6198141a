"""What the city's starting data says to everybody: the privacy clause and the emergency numbers."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from routing.loading import read_table
from routing.models.loaded import LANGUAGES


@dataclass(frozen=True, slots=True)
class PrivacyClause:
    """The information clause (GDPR art. 13). Cases keep the ``version`` that was shown."""

    version: str
    paragraphs: tuple[str, ...]

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The paragraphs, each as what it is about (its first sentence) and what it says of that."""
        halves = (paragraph.partition(". ") for paragraph in self.paragraphs)
        return tuple((f"{first}.", rest) if rest else ("", first) for first, _, rest in halves)


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    number: str
    name: str
    is_urgent: bool


def privacy_clause() -> PrivacyClause:
    """The clause in the language of the reader."""
    table = _table(settings.CITY_DATA_DIR, "privacy")
    text: str = table[f"text_{_language()}"]
    return PrivacyClause(table["version"], tuple(part.strip() for part in text.strip().split("\n\n")))


def emergency_numbers() -> tuple[EmergencyNumber, ...]:
    """The numbers that come before any form, in the language of the reader."""
    rows = _table(settings.CITY_DATA_DIR, "emergency")["number"]
    return tuple(EmergencyNumber(row["number"], row[f"name_{_language()}"], row["urgent"]) for row in rows)


def emergency_name(number: str) -> str:
    """Whose number it is; empty when the city's data does not name it."""
    return next((row.name for row in emergency_numbers() if row.number == number), "")


def _language() -> str:
    code = (translation.get_language() or "pl")[:2]
    return code if code in LANGUAGES else "pl"


@cache
def _table(directory: Path, file: str) -> dict[str, Any]:
    return read_table(directory, file)
