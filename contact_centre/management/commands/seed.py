"""Fill the installation with a believable quarter of a year of cases."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

import cases.receivers
import notifications.receivers
from cases.models import Case
from cases.signals import case_event_recorded
from cases.triage import MODEL_WAIT_SECONDS, suggest
from classifiers.store import serving
from classifiers.types import PlaceFinding
from contact_centre.demo.hours import WorkLine
from contact_centre.demo.lives import Lives
from contact_centre.demo.town import Town
from contact_centre.live import pushes
from notifications import delivery
from routing.services import working_hours

QUARTER_DAYS = 91
# Enough for a visit on the first morning to have come the day before, and for a step drawn beyond today.
_DAYS_BEFORE, _DAYS_AFTER = 10, 400


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
        town = Town(seed, settings.BASE_DIR, find_place, office_line(until))
        _write_fast()
        with silent_bell():
            found = fill(town, Lives(town, until), count)
        self.stdout.write(
            f"{len(found)} cases of the town with the seed {seed}, and {count // 3} calls without a case"
        )


def fill(town: Town, lives: Lives, count: int) -> list[Case]:
    """Let ``count`` stories happen side by side in the order of time, and the calls between them."""
    moments = town.moments(count, lives.until, QUARTER_DAYS)
    stories = town.stories(moments, lives.until)
    for number, (story, at) in enumerate(zip(stories, moments, strict=True), start=1):
        lives.clock.add(lives.tell(story))
        if number % 3 == 0:
            lives.clock.add(lives.call(number, town.in_office(at)))
    lives.clock.run()
    keys = [story.report.source_key for story in stories]
    return list(Case.objects.filter(source_key__in=keys).order_by("id"))


def office_line(until: datetime) -> WorkLine:
    """When the people of the town's offices are at work, in the time that is told."""
    first = until - timedelta(days=QUARTER_DAYS + _DAYS_BEFORE)
    return WorkLine(working_hours(None), first, until + timedelta(days=_DAYS_AFTER))


def _write_fast() -> None:
    """Invented cases need not outlive a power cut: SQLite does not wait for the disk at each of the many commits."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = NORMAL")


def find_place(text: str, language: str) -> PlaceFinding | None:
    """The place that the text names, as the classifier reads it."""
    found = suggest(text, language)
    return found.place if found else None


@contextmanager
def silent_bell() -> Iterator[None]:
    """Nobody is woken for what happened weeks ago, and no line is logged for each of its notices."""
    listeners = {
        "cases.wake_triage": cases.receivers.connect,
        "notifications.wake_planning": notifications.receivers.connect,
        "live.push_event": pushes.connect,
    }
    for dispatch_uid in listeners:
        case_event_recorded.disconnect(dispatch_uid=dispatch_uid)
    told = logging.getLogger(delivery.__name__)
    level = told.level
    told.setLevel(logging.WARNING)
    try:
        yield
    finally:
        told.setLevel(level)
        for connect in listeners.values():
            connect()
