"""Two people at once, each in a transaction of her own: one wins, the other is told, nothing is written twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from cases import work
from cases.actors import resident
from cases.models import (
    Case,
    CaseEvent,
    Channel,
    Contact,
    ContactOutcome,
    EventWork,
    Message,
    Purpose,
    StaleCase,
)
from cases.services.conversation import record_reply
from cases.services.endings import resolve_case
from cases.services.intake import Conversation, log_contact, open_case
from cases.services.merging import CannotMerge, merge_cases
from cases.services.privacy import revoke_link
from cases.services.workflow import AlreadyTaken, reassign_case, route_case, take_case
from cases.states import Outcome
from routing.models import Role
from tests.factories import NOW, make_case, make_report, make_routed_case, make_settled_case, reporter_of
from tests.record import actor, department, kinds

pytestmark = pytest.mark.django_db(transaction=True)
Step = Callable[[], Any]


@pytest.fixture
def together() -> Iterator[Callable[..., list[Any]]]:
    """Runs the steps at the same moment in threads of their own; gives back results and exceptions in order."""
    with ThreadPoolExecutor(8) as pool:

        def run(*steps: Step) -> list[Any]:
            start = Barrier(len(steps))
            return list(pool.map(lambda step: attempt(start, step), steps))

        yield run


def attempt(start: Barrier, step: Step) -> Any:
    try:
        start.wait(timeout=10)
        return step()
    except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
        return error
    finally:
        connection.close()


def by_type(outcomes: list[Any], kind: type) -> list[Any]:
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]


def test_one_takes_the_case_and_the_other_hears_of_it(together):
    case, agents = make_settled_case(), [actor(Role.AGENT), actor(Role.DISPATCHER)]
    outcomes = together(*(lambda by=by: take_case(case_id=case.pk, by=by, at=NOW) for by in agents))
    assert len(by_type(outcomes, Case)) == len(by_type(outcomes, AlreadyTaken)) == 1
    assert kinds(case).count("TAKEN") == 1
    assert Case.objects.get(pk=case.pk).assignee_id == by_type(outcomes, Case)[0].assignee_id


def test_of_two_forms_on_the_same_version_one_is_stale(together):
    case, by = make_settled_case(), actor(Role.DISPATCHER)
    departments = [department("zdm"), department("pwik")]
    outcomes = together(
        *(
            lambda to=to: route_case(case_id=case.pk, department=to, by=by, at=NOW, version=case.version)
            for to in departments
        )
    )
    (won,), (lost,) = by_type(outcomes, Case), by_type(outcomes, StaleCase)
    assert lost.case.version == won.version == case.version + 1
    assert lost.case.department == won.department
    assert kinds(case).count("ROUTED") == 1


def test_different_steps_on_the_same_version_exclude_each_other(together):
    case, by = make_routed_case(), actor(Role.DISPATCHER)
    same: dict[str, Any] = {"case_id": case.pk, "by": by, "at": NOW, "version": case.version}
    outcomes = together(
        lambda: resolve_case(outcome=Outcome.DONE, answer="Done.", **same),
        lambda: reassign_case(department=department("pwik"), reason="x", **same),
    )
    assert len(by_type(outcomes, Case)) == len(by_type(outcomes, StaleCase)) == 1
    assert len(kinds(case)) == 4


def test_versions_and_events_of_many_writers_are_all_there(together):
    case = make_routed_case()
    participant = reporter_of(case)

    def write(number: int) -> Message:
        return record_reply(
            participant_id=participant.pk, body="x", channel=Channel.EMAIL, source_key=f"m{number}", at=NOW
        )

    outcomes = together(*(lambda n=n: write(n) for n in range(6)))
    assert len(by_type(outcomes, Message)) == 6
    versions = CaseEvent.objects.filter(case=case, kind="RESIDENT_REPLIED").values_list(
        "case_version", flat=True
    )
    assert sorted(versions) == list(range(case.version + 1, case.version + 7))
    assert Case.objects.get(pk=case.pk).version == case.version + 6


def test_a_form_sent_twice_at_once_makes_one_case(together):
    report = make_report()
    outcomes = together(*[lambda: open_case(report, by=resident(None), at=NOW)] * 4)
    assert {outcome.pk for outcome in by_type(outcomes, Case)} == {Case.objects.get().pk}
    assert len(by_type(outcomes, Case)) == 4
    assert kinds(Case.objects.get()) == ["RECEIVED"]
    assert Message.objects.count() == 1


def test_different_reports_at_once_get_different_numbers(together):
    outcomes = together(*[make_case] * 6)
    assert len({case.reference for case in by_type(outcomes, Case)}) == 6


def test_a_call_logged_twice_at_once_is_one_contact_and_one_case(together):
    call = Conversation("call:1", Channel.PHONE, Purpose.REPORT, ContactOutcome.CASE_OPENED, NOW, NOW)
    report, by = make_report(), actor(Role.AGENT)
    outcomes = together(*[lambda: log_contact(call, by=by, at=NOW, report=report)] * 3)
    assert {outcome.pk for outcome in by_type(outcomes, Contact)} == {Contact.objects.get().pk}
    assert len(by_type(outcomes, Contact)) == 3
    assert kinds(Case.objects.get()) == ["RECEIVED", "CONTACT_LINKED"]


def test_a_reply_delivered_twice_at_once_is_kept_once(together):
    case = make_routed_case()
    participant = reporter_of(case)
    same: dict[str, Any] = {"body": "x", "channel": Channel.EMAIL, "source_key": "mail:1", "at": NOW}
    outcomes = together(*[lambda: record_reply(participant_id=participant.pk, **same)] * 3)
    assert len({message.pk for message in by_type(outcomes, Message)}) == 1
    assert len(by_type(outcomes, Message)) == 3
    assert kinds(case).count("RESIDENT_REPLIED") == 1


def test_two_merges_against_each_other_do_not_wait_for_each_other(together):
    by = actor(Role.DISPATCHER)
    for _ in range(3):
        one, other = make_routed_case(), make_routed_case()
        outcomes = together(
            lambda a=one, b=other: merge_cases(case_id=a.pk, into_id=b.pk, by=by, at=NOW),
            lambda a=one, b=other: merge_cases(case_id=b.pk, into_id=a.pk, by=by, at=NOW),
        )
        assert len(by_type(outcomes, Case)) == len(by_type(outcomes, CannotMerge)) == 1


def test_two_revocations_make_two_versions(together):
    participant, by = reporter_of(make_case()), actor(Role.AGENT)
    together(*[lambda: revoke_link(participant_id=participant.pk, by=by, at=NOW)] * 2)
    participant.refresh_from_db()
    assert participant.key_version == 3


def test_work_is_claimed_by_one(together):
    row = EventWork.objects.get(event__case=make_case(), consumer="triage")
    outcomes = together(*[lambda: work.claim(row.pk, at=NOW)] * 4)
    assert len(by_type(outcomes, CaseEvent)) == 1
    assert outcomes.count(None) == 3
    row.refresh_from_db()
    assert row.attempts == 1


def test_work_whose_holder_finishes_it_late_is_not_done_by_half(together):
    row = EventWork.objects.get(event__case=make_case(), consumer="triage")
    work.claim(row.pk, at=NOW)
    later = NOW + work.LEASE + timedelta(seconds=1)
    outcomes = together(lambda: work.claim(row.pk, at=later), lambda: work.finish(row.pk))
    assert not by_type(outcomes, Exception)
    assert not EventWork.objects.filter(pk=row.pk).exists()


def test_a_case_is_locked_inside_a_transaction_only():
    case = make_case()
    with pytest.raises(TransactionManagementError):
        Case.objects.lock(case.pk)
    with transaction.atomic():
        assert Case.objects.lock(case.pk) == case


def test_a_service_inside_a_transaction_of_somebody_else_is_refused():
    case, by = make_settled_case(), actor(Role.AGENT)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        take_case(case_id=case.pk, by=by, at=NOW)
    assert kinds(case)[-1] == "CLASSIFIED"


def test_a_step_that_breaks_half_way_leaves_nothing(monkeypatch):
    case, by = make_routed_case(), actor(Role.HANDLER)

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("cases.services.workflow.record_event", broken)
    with pytest.raises(RuntimeError, match="went away"):
        reassign_case(case_id=case.pk, department=department("pwik"), reason="x", by=by, at=NOW)
    stored = Case.objects.get(pk=case.pk)
    assert (stored.version, stored.department) == (case.version, department("zdm"))
    assert Message.objects.filter(case=case).count() == 1
