"""The invented town: complete however small, in the right order of time, and the same every time."""

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from cases.actors import ActorKind, staff
from cases.models import Case, CaseEvent, Channel, Contact, EventWork
from cases.queries.queue import QueueFilter, queue_page
from cases.states import Outcome, Status
from cases.triage import MODEL_WAIT_SECONDS, catalogue
from classifiers.store import serving
from contact_centre.demo.endings import LEGAL
from contact_centre.demo.lives import Lives
from contact_centre.demo.town import Town
from contact_centre.management.commands.seed import fill, find_place, office_line, silent_bell
from notifications.models import FOR_A_PERSON, Notice
from routing.demo_people import load_demo_people
from routing.models import User
from routing.models.catalogue import LocationNeed
from routing.services import working_hours
from tests.factories import NOW
from tests.prepared import prepare_once

pytestmark = pytest.mark.django_db

UNTIL = datetime(2026, 11, 23, 14, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
FEW = 45


@pytest.fixture(scope="module")
def told(lasting: Callable[[], AbstractContextManager[None]]) -> list[Case]:
    """The town's cases: to tell them takes seconds."""
    with lasting():
        prepare_once(catalogue(), NOW)
        load_demo_people(settings.CITY_DATA_DIR)
        serving.require(MODEL_WAIT_SECONDS)
        return tell("one:1")


def tell(name: str, count: int = FEW) -> list[Case]:
    town = Town(1, settings.BASE_DIR, find_place, office_line(UNTIL))
    town.name = name
    with silent_bell():
        return fill(town, Lives(town, UNTIL), count)


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


def test_a_small_town_has_every_state_and_outcome_in_the_order_of_time_and_again_the_same(told: list[Case]):
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
    assert not EventWork.objects.exists()

    assert digest(tell("two:1")) == digest(told)
    before = CaseEvent.objects.count()
    assert [case.pk for case in tell("one:1")] == [case.pk for case in told]
    assert CaseEvent.objects.count() == before


@pytest.mark.usefixtures("told")
def test_a_small_town_lives_as_a_city_does():
    check_that_staff_work_while_the_office_is_open_and_residents_write_at_any_hour()
    check_that_contacts_and_notices_are_written_in_the_order_of_time()
    check_that_people_were_told_in_their_time_and_only_the_last_calls_and_letters_wait()
    check_that_every_kind_of_legal_matter_is_with_the_right_office_and_some_wait_for_a_dispatcher()


def check_that_staff_work_while_the_office_is_open_and_residents_write_at_any_hour() -> None:
    office = working_hours(None)
    by_staff = CaseEvent.objects.filter(actor_kind=ActorKind.STAFF)
    assert by_staff.count() > FEW
    assert [event for event in by_staff if not office.is_open_at(event.occurred_at)] == []
    assert [row for row in Contact.objects.all() if not office.is_open_at(row.started_at)] == []
    written = Case.objects.filter(channel__in=[Channel.WEB, Channel.EMAIL])
    assert any(not office.is_open_at(case.received_at) for case in written)


def check_that_contacts_and_notices_are_written_in_the_order_of_time() -> None:
    logged = list(Contact.objects.order_by("id").values_list("ended_at", flat=True))
    assert logged == sorted(logged)
    created = list(Notice.objects.order_by("id").values_list("created_at", flat=True))
    assert len(created) > FEW
    # A machine reads a case within a minute, and others happen meanwhile.
    late = timedelta(minutes=1)
    assert all(later > earlier - late for earlier, later in pairwise(created))


def check_that_people_were_told_in_their_time_and_only_the_last_calls_and_letters_wait() -> None:
    states = Counter(Notice.objects.values_list("state", flat=True))
    assert set(states) <= {"SENT", "DONE_BY_PERSON", "COALESCED", "SKIPPED", "CALL_BACK_DUE", "LETTER_DUE"}
    assert states["DONE_BY_PERSON"] > 3
    waiting = Notice.objects.filter(state__in=FOR_A_PERSON)
    assert waiting.count() <= 8
    assert not waiting.filter(due_at__lt=UNTIL - timedelta(days=8)).exists()
    office = working_hours(None)
    for notice in Notice.objects.filter(state="DONE_BY_PERSON"):
        assert notice.ended_at is not None
        assert notice.due_at <= notice.ended_at <= UNTIL
        assert office.is_open_at(notice.ended_at)


def check_that_every_kind_of_legal_matter_is_with_the_right_office_and_some_wait_for_a_dispatcher() -> None:
    decided = Case.objects.filter(kind__in=LEGAL, department__isnull=False).select_related("department")
    offices: dict[str, set[str]] = {}
    for case in decided:
        assert case.department is not None
        offices.setdefault(case.kind, set()).add(case.department.code)
    assert set(offices) == {kind.value for kind in LEGAL}
    assert offices["COMPLAINT"] <= {"mayor_office", "council_office"}
    assert offices["PETITION"] == {"council_office"}
    assert offices["GDPR"] == {"dpo"}
    assert offices["ACCESSIBILITY"] == {"accessibility"}
    assert Case.objects.filter(status=Status.NEW, is_restricted=True).exists()
    council = User.objects.get(username="council")
    assert queue_page(council, staff(council), QueueFilter(), at=UNTIL).rows
