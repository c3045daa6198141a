"""The invented town: complete however small, in the right order of time, and the same every time."""

import hashlib
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command

from cases.models import Case, CaseEvent, Contact, EventWork
from cases.signals import case_event_recorded
from cases.states import Outcome, Status
from cases.triage import MODEL_WAIT_SECONDS
from classifiers.store import serving
from contact_centre.demo.endings import choose_endings
from contact_centre.demo.lives import Lives
from contact_centre.demo.town import Story, Town
from contact_centre.management.commands.seed import QUARTER_DAYS, fill, find_place, silent_bell
from notifications.models import Notice
from routing.demo_people import load_demo_people
from routing.models.catalogue import LocationNeed

UNTIL = datetime(2026, 11, 23, 14, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
FEW = 45


@pytest.fixture
def people(db, serving_model):
    load_demo_people(settings.CITY_DATA_DIR)
    serving.require(MODEL_WAIT_SECONDS)


def tell(name: str) -> list[Case]:
    town = Town(1, settings.BASE_DIR, find_place)
    town.name = name
    with silent_bell():
        return fill(town, Lives(town, UNTIL), FEW)


def no_place(text: str, language: str) -> None:
    """As if no text named a place."""


def stories(count: int) -> list[Story]:
    town = Town(1, settings.BASE_DIR, no_place)
    moments = town.moments(count, UNTIL, QUARTER_DAYS)
    endings = choose_endings(town.random, moments, UNTIL)
    return [
        town.story(number, at, ending)
        for number, (at, ending) in enumerate(zip(moments, endings, strict=True))
    ]


def digest(cases: list[Case]) -> str:
    told = [
        (
            case.source_key.split(":", 1)[1],
            *(case.status, case.outcome, case.address, case.description),
            *case.events.order_by("id").values_list("kind", "occurred_at"),
        )
        for case in cases
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def test_a_small_town_has_every_state_and_outcome_in_the_order_of_time_and_again_the_same(people):
    told = tell("one:1")

    cases = Case.objects.filter(pk__in=[case.pk for case in told])
    assert cases.count() == FEW
    states = Counter(cases.values_list("status", flat=True))
    assert set(states) == set(Status.values)
    assert states[Status.NEW] >= 3
    assert set(cases.exclude(outcome="").values_list("outcome", flat=True)) == set(Outcome.values)
    for case in cases:
        times = list(case.events.order_by("id").values_list("occurred_at", flat=True))
        assert times == sorted(times), case.source_key
        assert times[-1] <= UNTIL
    assert not cases.filter(category__location=LocationNeed.NONE).exclude(address="").exists()
    assert not EventWork.objects.filter(consumer="triage").exists()
    assert not Notice.objects.exists()

    assert digest(tell("two:1")) == digest(told)
    before = CaseEvent.objects.count()
    assert [case.pk for case in tell("one:1")] == [case.pk for case in told]
    assert CaseEvent.objects.count() == before


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
