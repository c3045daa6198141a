"""The command that adds an invented town, and what its stories are about."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command

from cases.models import Case, Contact
from cases.signals import case_event_recorded
from cases.triage import MODEL_WAIT_SECONDS
from classifiers.store import serving
from contact_centre.demo.town import Story, Town
from contact_centre.management.commands.seed import QUARTER_DAYS, office_line
from routing.demo_people import load_demo_people
from routing.models.catalogue import LocationNeed

UNTIL = datetime(2026, 11, 23, 14, 10, tzinfo=ZoneInfo("Europe/Warsaw"))


@pytest.fixture
def people(db, serving_model):
    load_demo_people(settings.CITY_DATA_DIR)
    serving.require(MODEL_WAIT_SECONDS)


def no_place(text: str, language: str) -> None:
    """As if no text named a place."""


def stories(count: int) -> list[Story]:
    town = Town(1, settings.BASE_DIR, no_place, office_line(UNTIL))
    return town.stories(town.moments(count, UNTIL, QUARTER_DAYS), UNTIL)


def test_the_command_says_what_it_added_and_adds_it_once(people, capsys):
    call_command("seed", 3)
    call_command("seed", 3)
    assert capsys.readouterr().out.count("3 cases of the town with the seed 1, and 1 calls") == 2
    assert Case.objects.count() == 3
    assert Contact.objects.filter(cases=None).count() == 1
    assert len(case_event_recorded.receivers) == 3


@pytest.mark.django_db
def test_parking_roads_and_waste_lead():
    told = stories(600)
    shares = Counter(story.category.group.code for story in told)
    parking = sum(story.category.code == "parking" for story in told)
    assert parking > 0.08 * len(told)
    assert {"roads", "waste"} <= {code for code, _ in shares.most_common(4)}
    assert sum(story.kind.is_legal for story in told) < 0.12 * len(told)


@pytest.mark.django_db
def test_a_place_stands_only_where_the_category_wants_one_and_a_letter_names_its_writer_once():
    for story in stories(200):
        wants = story.category.location == LocationNeed.REQUIRED
        assert bool(story.report.place.address) is wants, story
        reporter = story.report.reporter
        assert not reporter.name or reporter.name not in reporter.postal_address
        if not story.category.anonymous or story.kind.is_legal:
            assert reporter.name
