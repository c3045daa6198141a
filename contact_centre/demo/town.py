"""The invented town: who writes, about what, from where; everything drawn from one seeded generator."""

import json
import random
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from cases.models import Channel, ContactChannel
from cases.services.intake import Place, Report, Reporter
from routing.models import Kind, Street

CORPUS = Path("classifiers") / "data" / "corpus"
_CHANNELS = {Channel.WEB: 42, Channel.EMAIL: 18, Channel.PHONE: 30, Channel.COUNTER: 6, Channel.LETTER: 4}
_LANGUAGES = {"pl": 84, "uk": 10, "en": 6}
_LEGAL_SHARE = 0.05
_OFFICE_HOURS = (7, 15)


@dataclass(frozen=True, slots=True)
class Story:
    """One request of the town, with what a person would decide about it."""

    number: int
    report: Report
    label: str
    kind: Kind


class Town:
    """Draws stories; the same seed tells the same town."""

    def __init__(self, seed: int, base_dir: Path) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a demonstration, nothing secret
        self.seed = seed
        with (Path(__file__).parent / "words.toml").open("rb") as handle:
            self.words: dict[str, Any] = tomllib.load(handle)
        self.texts = {language: _texts(base_dir / CORPUS / language) for language in _LANGUAGES}
        self.streets = list(Street.objects.select_related("district").order_by("id"))

    def pick(self, *path: str, language: str) -> str:
        """A phrase in the language, Polish where there is none."""
        found: Any = self.words
        for name in path:
            found = found[name]
        return str(self.random.choice(found.get(language) or found["pl"]))

    def story(self, number: int, received_at: datetime) -> Story:
        """The ``number``-th request."""
        channel = self._draw(_CHANNELS)
        language = "pl" if channel in (Channel.COUNTER, Channel.LETTER) else self._draw(_LANGUAGES)
        text = self._text(language)
        if channel in (Channel.PHONE, Channel.COUNTER, Channel.LETTER):
            received_at = received_at.replace(hour=self.random.randrange(*_OFFICE_HOURS))
        report = Report(
            source_key=f"seed:{self.seed}:{number}",
            channel=channel,
            description=text["text"],
            received_at=received_at,
            language=language,
            place=self._place(),
            reporter=self._reporter(channel, language, number),
        )
        return Story(number, report, text["label"], Kind(text["kind"]))

    def moments(self, count: int, until: datetime, days: int) -> list[datetime]:
        """When the requests come: by day more than by night, lately more than before; oldest first."""
        drawn = []
        for _ in range(count):
            hour = self.random.choices(range(24), weights=_DAY)[0]
            back = timedelta(days=days * self.random.random() ** 1.5)
            moment = (until - back).replace(
                hour=hour, minute=self.random.randrange(60), second=0, microsecond=0
            )
            drawn.append(min(moment, until - timedelta(hours=1)))
        return sorted(drawn)

    def _text(self, language: str) -> dict[str, str]:
        wants_legal = self.random.random() < _LEGAL_SHARE
        pool = self.texts[language]
        chosen = [row for row in pool if Kind(row["kind"]).is_legal == wants_legal]
        return self.random.choice(chosen or pool)

    def _place(self) -> Place:
        street = self.random.choice(self.streets)
        number = self.random.randrange(1, 90)
        return Place(address=f"{street} {number}", street=street, area=street.district)

    def _reporter(self, channel: Channel, language: str, number: int) -> Reporter:
        name = self.random.choice(self.words["names"][language])
        email = f"{slugify(name, allow_unicode=False) or 'resident'}.{number}@example.org"
        phone = f"600{self.random.randrange(10**6):06d}"
        if channel is Channel.LETTER:
            return Reporter(name=name, postal_address=f"{name}\n{self._place().address}\n62-510 Konin")
        if channel in (Channel.PHONE, Channel.COUNTER):
            return Reporter(name=name, phone=phone, email=email if self.random.random() < 0.4 else "")
        if channel is Channel.WEB and self.random.random() < 0.2:
            return Reporter(wishes=ContactChannel.NONE)
        return Reporter(name=name, email=email)

    def _draw(self, weights: dict[Any, int]) -> Any:
        return self.random.choices(list(weights), weights=list(weights.values()))[0]


_DAY = (1, 1, 1, 1, 1, 2, 5, 12, 18, 20, 20, 18, 16, 15, 15, 14, 13, 12, 10, 9, 8, 6, 4, 2)


def _texts(directory: Path) -> list[dict[str, str]]:
    return [
        json.loads(line)
        for path in sorted(directory.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line
    ]
