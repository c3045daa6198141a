"""A case that the machine cannot read is with people at once, and with the dispatchers when its readings are over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import tasks, work
from cases.models import Case, EventWork
from cases.queries.queue import QueueFilter, queue_page
from cases.services.triage_results import leave_unread
from cases.services.workflow import classify_case
from cases.signals import case_event_recorded
from cases.states import Status
from cases.tasks import sweep_work, triage_case
from classifiers.store.models import ModelVersion
from routing.models import Category, Kind, Role, Urgency
from tests.cast import staff_member
from tests.factories import NOW, make_case
from tests.readings import read_by_machine
from tests.record import actor, kinds

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken_model(fresh_process, settings, tmp_path) -> None:
    """The files of the version that should serve are damaged."""
    settings.MODELS_DIR = tmp_path
    (tmp_path / "m-1").mkdir()
    (tmp_path / "m-1" / "manifest.json").write_text("{")
    ModelVersion.objects.create(version="m-1", path="m-1", is_serving=True, created_at=NOW)


@pytest.fixture
def case() -> Case:
    return make_case()


def row_of(case: Case) -> EventWork:
    return EventWork.objects.get(event__case=case, consumer="triage")


def needs_person(role: Role) -> set[str]:
    """What the role finds under "needs a person"."""
    wanted = QueueFilter(needs_person=True)
    page = queue_page(staff_member(role), actor(role), wanted, at=timezone.now())
    return {row.reference for row in page.rows}


def attempt(case: Case) -> None:
    EventWork.objects.filter(event__case=case).update(available_at=timezone.now() - timedelta(seconds=1))
    triage_case(row_of(case).pk)
    case.refresh_from_db()


def test_without_a_model_a_case_is_with_the_dispatchers_at_once(broken_model, case):
    began = timezone.now()
    attempt(case)
    assert timezone.now() - began < timedelta(seconds=30)
    assert (case.status, case.needs_person, case.is_restricted) == (Status.NEW, True, True)
    assert needs_person(Role.DISPATCHER) == {case.reference}
    # It may be a matter of law: nobody has said that it is not.
    assert needs_person(Role.AGENT) == set()
    row = row_of(case)
    assert (row.attempts, row.lease_until) == (1, None)
    assert row.available_at > began
    assert "NoModel" in row.error


def test_further_attempts_write_nothing(broken_model, case):
    attempt(case)
    version = case.version
    attempt(case)
    assert (row_of(case).attempts, case.version, kinds(case)) == (2, version, ["RECEIVED"])


def test_a_later_reading_is_recorded_all_the_same(case):
    leave_unread(event_id=row_of(case).event_id, at=NOW)
    read_by_machine(case)
    case.refresh_from_db()
    assert (case.status, case.needs_person) == (Status.ASSIGNED, False)
    assert kinds(case) == ["RECEIVED", "TRIAGED", "ROUTED"]


def test_open_pages_are_told(case, django_capture_on_commit_callbacks):
    told = []

    def listen(**said):
        told.append((said["case_id"], said["work"]))

    case_event_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            leave_unread(event_id=row_of(case).event_id, at=NOW)
            leave_unread(event_id=row_of(case).event_id, at=NOW)
    finally:
        case_event_recorded.disconnect(listen)
    assert told == [(case.pk, {})]


def test_a_case_that_a_person_decided_is_left_alone(broken_model, case):
    classify_case(
        case_id=case.pk,
        category=Category.objects.get(code="light"),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=actor(Role.DISPATCHER),
        at=NOW,
    )
    attempt(case)
    assert case.needs_person is False
    EventWork.objects.update(attempts=work.MAX_ATTEMPTS)
    sweep_work()
    case.refresh_from_db()
    assert case.needs_person is False


def test_what_was_given_up_for_another_reason_is_with_people_too(case, monkeypatch):
    def failing(_case):
        raise RuntimeError("unreadable")

    monkeypatch.setattr(tasks, "decide", failing)
    EventWork.objects.update(attempts=work.MAX_ATTEMPTS - 2)
    attempt(case)
    EventWork.objects.update(available_at=timezone.now() + timedelta(hours=1))
    sweep_work()
    case.refresh_from_db()
    assert case.needs_person is False
    attempt(case)
    sweep_work()
    case.refresh_from_db()
    assert (case.needs_person, row_of(case).attempts) == (True, work.MAX_ATTEMPTS)
    assert needs_person(Role.DISPATCHER) == {case.reference}


def test_a_worker_that_died_in_the_last_attempt_is_noticed(case):
    lease_until = timezone.now() + timedelta(minutes=1)
    EventWork.objects.update(attempts=work.MAX_ATTEMPTS, lease_until=lease_until)
    sweep_work()
    case.refresh_from_db()
    assert case.needs_person is False
    EventWork.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep_work()
    case.refresh_from_db()
    assert case.needs_person is True
