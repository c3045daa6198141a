"""Fill the installation with a believable quarter of a year of cases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

import cases.receivers
import notifications.receivers
from cases.models import Case
from cases.signals import case_event_recorded
from cases.states import Status
from cases.triage import MODEL_WAIT_SECONDS, suggest
from classifiers.store import serving
from classifiers.types import PlaceFinding
from contact_centre.demo.endings import choose_endings
from contact_centre.demo.lives import Lives
from contact_centre.demo.town import Story, Town
from contact_centre.live import pushes

QUARTER_DAYS = 91
# Somebody can be working on these when the same thing is reported again.
_BEING_WORKED = (Status.ASSIGNED, Status.IN_PROGRESS, Status.PLANNED)


class Command(BaseCommand):
    help = "Add N invented cases of the last quarter of a year. The same --seed adds the same town once only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", nargs="?", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, count: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "this is no demonstration (DEMO is off): invented cases would mix with real ones"
            )
        serving.require(MODEL_WAIT_SECONDS)
        until = timezone.localtime()
        town = Town(seed, settings.BASE_DIR, find_place)
        with silent_bell():
            found = fill(town, Lives(town, until), count)
        self.stdout.write(
            f"{len(found)} cases of the town with the seed {seed}, and {count // 3} calls without a case"
        )


def fill(town: Town, lives: Lives, count: int) -> list[Case]:
    """Tell ``count`` stories in the order in which they came in, and the calls between them."""
    moments = town.moments(count, lives.until, QUARTER_DAYS)
    endings = choose_endings(town.random, moments, lives.until)
    told: list[Case] = []
    worked: list[tuple[Story, Case]] = []
    for number, (at, ending) in enumerate(zip(moments, endings, strict=True), start=1):
        if ending.status is Status.MERGED and worked:
            first, survivor = worked[-1]
            case = lives.tell(town.story(number, at, ending, like=first), survivor)
        else:
            story = town.story(number, at, ending)
            case = lives.tell(story)
            if case.status in _BEING_WORKED and not story.kind.is_legal:
                worked.append((story, case))
        told.append(case)
        if number % 3 == 0:
            lives.call(number, at)
    return told


def find_place(text: str, language: str) -> PlaceFinding | None:
    """The place that the text names, as the classifier reads it."""
    found = suggest(text, language)
    return found.place if found else None


@contextmanager
def silent_bell() -> Iterator[None]:
    """Nobody is woken for what happened weeks ago; the rows are there, and the sweeps find them in their time."""
    listeners = {
        "cases.wake_triage": cases.receivers.connect,
        "notifications.wake_planning": notifications.receivers.connect,
        "live.push_event": pushes.connect,
    }
    for dispatch_uid in listeners:
        case_event_recorded.disconnect(dispatch_uid=dispatch_uid)
    try:
        yield
    finally:
        for connect in listeners.values():
            connect()
