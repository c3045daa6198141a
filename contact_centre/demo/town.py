"""The invented town: who writes, about what, from where; everything drawn from one seeded generator."""

import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.text import slugify

from cases.models import Channel, ContactChannel
from cases.services.intake import Place, Report, Reporter
from cases.states import Status
from classifiers.types import PlaceFinding
from contact_centre.demo.endings import BEING_WORKED, LEGAL, ORDINARY, Ending, choose_endings
from contact_centre.demo.hours import WorkLine
from routing.models import Category, District, Kind, Street
from routing.models.catalogue import LocationNeed

CORPUS = Path("classifiers") / "data" / "corpus"
SPOKEN = (Channel.PHONE, Channel.COUNTER, Channel.LETTER)
_CHANNELS = {Channel.WEB: 42, Channel.EMAIL: 18, Channel.PHONE: 30, Channel.COUNTER: 6, Channel.LETTER: 4}
_LANGUAGES = {"pl": 84, "uk": 10, "en": 6}
_LEGAL_SHARE = 0.05
_MINUTES_OF_WORK = 480
_WRITING_DOWN = timedelta(minutes=10)
_DAY = (1, 1, 1, 1, 1, 2, 5, 12, 18, 20, 20, 18, 16, 15, 15, 14, 13, 12, 10, 9, 8, 6, 4, 2)
# What residents of cities write about, by category of the catalogue: parking, roads and waste lead.
_SHARES = {
    "parking": 16, "parking.paid": 2, "road.pothole": 8, "road.pavement": 5, "road.sign": 3, "road.manhole": 1.5,
    "road.winter": 2, "road.works": 1.5, "light": 8, "waste.missed": 6, "waste.container": 5, "waste.dump": 4,
    "waste.pszok": 2, "clean": 6, "green.tree": 3, "green.care": 4, "noise": 3, "smoke": 2, "wreck": 3,
    "animal.stray": 2, "water.supply": 2, "water.sewage": 1.5, "heat": 1.5, "bus": 3, "play": 1.5, "vandalism": 2,
    "docs": 3, "tax": 2, "info": 2, "card": 2, "housing": 2,
}  # fmt: skip
_OTHER_SHARE = 0.4

Text = dict[str, str]


@dataclass(frozen=True, slots=True)
class Story:
    """One request of the town, what a person would decide about it, and where it stands today."""

    report: Report
    category: Category
    kind: Kind
    ending: Ending
    # The story that it repeats, where it is about the same thing.
    like: "Story | None" = None


class Town:
    """Draws stories; the same seed tells the same town. ``find`` says which place a text names.

    ``office`` is when its people are at work.
    """

    def __init__(
        self,
        seed: int,
        base_dir: Path,
        find: Callable[[str, str], PlaceFinding | None],
        office: WorkLine,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a demonstration, nothing secret
        self.name = f"seed:{seed}"
        self.find = find
        self.office = office
        with (Path(__file__).parent / "words.toml").open("rb") as handle:
            self.words: dict[str, Any] = tomllib.load(handle)
        self.categories = {row.code: row for row in Category.objects.filter(is_active=True).order_by("id")}
        self.streets = list(Street.objects.select_related("district").order_by("id"))
        self.districts = {row.code: row for row in District.objects.all()}
        self.texts = {language: self._texts(base_dir / CORPUS / language) for language in _LANGUAGES}
        self.fitting: dict[tuple[str, frozenset[Kind]], dict[str, list[Text]]] = {}

    def pick(self, *path: str, language: str) -> str:
        """A phrase in the language, Polish where there is none."""
        found: Any = self.words
        for name in path:
            found = found[name]
        return str(self.random.choice(found.get(language) or found["pl"]))

    def stories(self, moments: list[datetime], until: datetime) -> list[Story]:
        """One story for each moment; a few are about the same thing as one on which people work."""
        endings = choose_endings(self.random, moments, until, self.office)
        told: list[Story] = []
        worked: list[Story] = []
        for number, (at, ending) in enumerate(zip(moments, endings, strict=True), start=1):
            like = worked[-1] if worked and ending.status is Status.MERGED else None
            story = self.story(number, at, ending, like)
            if ending.status in BEING_WORKED and story.kind == Kind.REPORT:
                worked.append(story)
            told.append(story)
        return told

    def story(self, number: int, received_at: datetime, ending: Ending, like: Story | None = None) -> Story:
        """The ``number``-th request, fit for its ending; ``like`` another one where it is about the same thing."""
        channel = self._draw(_CHANNELS)
        language = "pl" if channel in (Channel.COUNTER, Channel.LETTER) else self._draw(_LANGUAGES)
        text = self._text(language, ending, like)
        category, kind = self.categories[text["label"]], Kind(text["kind"])
        if channel in SPOKEN:
            received_at = self.in_office(received_at)
        share = {Channel.WEB: 0.5, Channel.EMAIL: 0.0}.get(channel, 0.75)
        is_chosen = ending.status != "NEW" and self.random.random() < share
        report = Report(
            source_key=f"{self.name}:{number}",
            channel=channel,
            description=text["text"],
            received_at=received_at,
            language=language,
            category=category if is_chosen else None,
            kind=kind if is_chosen and channel in SPOKEN else None,
            place=like.report.place if like else self._place(category, text["text"], language),
            reporter=self._reporter(
                channel, language, number, may_hide=_may_hide(category, kind) and not ending.needs_contact
            ),
        )
        return Story(report, category, kind, ending, like)

    def moments(self, count: int, until: datetime, days: int) -> list[datetime]:
        """When the requests come: by day more than by night, lately more than before; oldest first.

        A few came since yesterday, so that a dispatcher has something to do.
        """
        drawn = []
        for number in range(count):
            hour = self.random.choices(range(24), weights=_DAY)[0]
            span = 1 if number < min(5 + count // 50, count // 4) else days
            back = timedelta(days=span * self.random.random() ** 1.5)
            moment = (until - back).replace(
                hour=hour, minute=self.random.randrange(60), second=0, microsecond=0
            )
            # What lies ahead of us has not been written yet: it came a day earlier.
            is_ahead = moment > until - timedelta(minutes=20)
            drawn.append(moment - timedelta(days=1) if is_ahead else moment)
        return sorted(drawn)

    def _text(self, language: str, ending: Ending, like: Story | None) -> Text:
        if ending.phrases:
            text = self.pick(ending.phrases, language=language)
            return {"text": text, "label": "info", "kind": "INFORMATION"}
        kinds = ending.kinds
        if kinds & LEGAL and kinds & ORDINARY:
            kinds = kinds & (LEGAL if self.random.random() < _LEGAL_SHARE else ORDINARY)
        fit = self._fit(language, kinds)
        labels = fit if like is None else fit.keys() & {like.category.code}
        weights = {label: _SHARES.get(label, _OTHER_SHARE) for label in labels}
        # No language is sure to have a text of every kind; Polish is.
        return self.random.choice(fit[self._draw(weights)]) if weights else self._text("pl", ending, like)

    def _fit(self, language: str, kinds: frozenset[Kind]) -> dict[str, list[Text]]:
        """The texts of these kinds by category: a few sets of kinds are asked for again and again."""
        if (language, kinds) not in self.fitting:
            every = self.texts[language].items()
            found = {label: [text for text in texts if text["kind"] in kinds] for label, texts in every}
            self.fitting[language, kinds] = {label: texts for label, texts in found.items() if texts}
        return self.fitting[language, kinds]

    def _place(self, category: Category, text: str, language: str) -> Place:
        """What the text names; else somewhere, where the category needs a place."""
        if category.location == LocationNeed.NONE:
            return Place()
        named = self.find(text, language)
        if named is None:
            return self._somewhere() if category.needs_place else Place()
        street = next((street for street in self.streets if street.pk == named.street_id), None)
        if street is None:
            area = self.districts.get(named.district or "")
            return Place(address=named.street_name or (area.name if area else ""), area=area)
        address = f"{street} {named.house_number}".strip()
        return Place(address=address, street=street, area=street.district)

    def _somewhere(self) -> Place:
        street = self.random.choice(self.streets)
        return Place(address=f"{street} {self.random.randrange(1, 90)}", street=street, area=street.district)

    def _reporter(self, channel: Channel, language: str, number: int, *, may_hide: bool) -> Reporter:
        name = self.random.choice(self.words["names"][language])
        email = f"{slugify(name, allow_unicode=False) or 'resident'}.{number}@example.org"
        phone = f"600{self.random.randrange(10**6):06d}"
        if channel is Channel.LETTER:
            return Reporter(name=name, postal_address=f"{self._somewhere().address}\n62-510 Konin")
        if channel in (Channel.PHONE, Channel.COUNTER):
            return Reporter(name=name, phone=phone, email=email if self.random.random() < 0.4 else "")
        if channel is Channel.WEB and may_hide and self.random.random() < 0.25:
            return Reporter(wishes=ContactChannel.NONE)
        return Reporter(name=name, email=email)

    def in_office(self, moment: datetime) -> datetime:
        """Within the last day of work before it, so that it is never later than it was drawn."""
        back = timedelta(minutes=self.random.randrange(10, _MINUTES_OF_WORK))
        at = self.office.moment(self.office.worked(moment) - back)
        # Nobody comes as the door is closing: what is said has to be written down as well.
        has_time = self.office.after(at, _WRITING_DOWN) - at == _WRITING_DOWN
        return at if has_time else at - _WRITING_DOWN

    def by_day(self, moment: datetime) -> datetime:
        """The same day at an hour when residents write."""
        hour = self.random.choices(range(24), weights=_DAY)[0]
        return moment.replace(hour=hour, minute=self.random.randrange(60), second=self.random.randrange(60))

    def _draw(self, weights: dict[Any, Any]) -> Any:
        return self.random.choices(list(weights), weights=list(weights.values()))[0]

    def _texts(self, directory: Path) -> dict[str, list[Text]]:
        """The sentences of the classifier's corpus by category."""
        found: dict[str, list[Text]] = defaultdict(list)
        for text in _read(directory):
            if text["label"] in self.categories:
                found[text["label"]].append(text)
        return dict(found)


@cache
def _read(directory: Path) -> list[Text]:
    """The lines of a language's corpus. Nobody changes them."""
    files = (path.read_text(encoding="utf-8").splitlines() for path in sorted(directory.glob("*.jsonl")))
    return [json.loads(line) for lines in files for line in lines if line]


def _may_hide(category: Category, kind: Kind) -> bool:
    return category.anonymous and not kind.is_legal
