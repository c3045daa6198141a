"""Whom a case needs: a passed day raises a person once, and she lets it go when there is nothing to do."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actors import SYSTEM_ACTOR
from cases.models import Case
from cases.services.attention import (
    CannotAcknowledge,
    DayNotPassed,
    PassedDay,
    acknowledge_case,
    passed_days,
    raise_person,
)
from cases.services.conversation import record_reply
from cases.services.endings import resolve_case
from cases.services.waiting import resume_work
from cases.services.workflow import ask_resident, plan_work, return_to_desk
from cases.states import Outcome
from cases.tasks import notice_passed_days
from routing.models import Role
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.record import actor, assert_recorded, dee, kinds, state_of

pytestmark = pytest.mark.django_db
DAY = NOW.date() + timedelta(days=3)
ON_THE_DAY = NOW + timedelta(days=3)
AFTER = NOW + timedelta(days=4)


def plan(case: Case) -> Case:
    return plan_work(case_id=case.pk, planned_for=DAY, note="A new day.", by=actor(Role.HANDLER), at=NOW)


def ask(case: Case) -> Case:
    return ask_resident(case_id=case.pk, question="?", answer_by=DAY, by=actor(Role.HANDLER), at=NOW)


@pytest.mark.parametrize(("wait", "status"), [(plan, "PLANNED"), (ask, "WAITING_RESIDENT")])
def test_a_passed_day_raises_a_person_once(wait, status):
    case = wait(make_routed_case())
    assert passed_days(ON_THE_DAY) == []
    (passed,) = passed_days(AFTER)
    assert passed == PassedDay(case.pk, status, DAY)
    assert raise_person(passed=passed, at=AFTER).needs_person
    assert_recorded(case, "DAY_PASSED", SYSTEM_ACTOR, {"status": status, "day": DAY.isoformat()})
    acknowledge_case(case_id=case.pk, by=actor(Role.HANDLER), at=AFTER)
    assert passed_days(AFTER + timedelta(days=1)) == []
    with pytest.raises(DayNotPassed):
        raise_person(passed=passed, at=AFTER)


def test_a_new_day_that_passes_raises_a_person_again():
    case = plan(make_routed_case())
    raise_person(passed=passed_days(AFTER)[0], at=AFTER)
    day, by = AFTER.date() + timedelta(days=2), actor(Role.HANDLER)
    plan_work(case_id=case.pk, planned_for=day, note="Frost.", by=by, at=AFTER)
    assert passed_days(AFTER + timedelta(days=3)) == [PassedDay(case.pk, "PLANNED", day)]


def test_nobody_is_raised_for_what_has_gone_on_meanwhile():
    asked, planned = ask(make_routed_case()), plan(make_routed_case())
    passed = passed_days(AFTER)
    answer: dict[str, Any] = {"body": "Here.", "channel": "WEB", "source_key": "reply:1", "at": AFTER}
    record_reply(participant_id=reporter_of(asked).pk, **answer)
    done: dict[str, Any] = {"outcome": Outcome.DONE, "answer": "x", "by": actor(Role.HANDLER), "at": AFTER}
    resolve_case(case_id=planned.pk, **done)
    assert passed_days(AFTER) == []
    for day in passed:
        with pytest.raises(DayNotPassed):
            raise_person(passed=day, at=AFTER)


def test_the_day_is_the_citys():
    plan(make_routed_case())
    # Half past eleven in the evening of the day, in the city.
    late = ON_THE_DAY.replace(hour=23, minute=30)
    assert passed_days(late) == []
    assert len(passed_days(late + timedelta(hours=1))) == 1


def test_the_daily_task_raises_all_whose_day_is_over(monkeypatch):
    case, other = plan(make_routed_case()), ask(make_routed_case())
    monkeypatch.setattr(timezone, "now", lambda: AFTER)
    notice_passed_days()
    notice_passed_days()
    assert [kinds(each).count("DAY_PASSED") for each in (case, other)] == [1, 1]


def test_seen_and_nothing_to_do_lets_the_person_go_on_any_case():
    case, by = make_routed_case(), actor(Role.HANDLER)
    Case.objects.filter(pk=case.pk).update(needs_person=True, status="CLOSED", outcome="DONE")
    assert not acknowledge_case(case_id=case.pk, by=by, at=AFTER, version=case.version).needs_person
    assert_recorded(case, "ACKNOWLEDGED", by, {})


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.HEAD])
def test_what_nobody_has_decided_goes_on_waiting_for_a_person(role):
    undecided, returned = make_case(), make_routed_case()
    Case.objects.filter(pk=undecided.pk).update(needs_person=True)
    return_to_desk(case_id=returned.pk, reason="Not ours.", by=actor(Role.HANDLER), at=NOW)
    for case in (undecided, returned):
        before = state_of(case)
        with pytest.raises(CannotAcknowledge):
            acknowledge_case(case_id=case.pk, by=actor(role), at=AFTER)
        assert state_of(case) == before


def test_a_case_that_goes_on_at_the_desk_waits_for_a_person_again():
    case, by = make_case(), actor(Role.DISPATCHER)
    ask_resident(case_id=case.pk, question="?", answer_by=DAY, by=by, at=NOW)
    resumed = resume_work(case_id=case.pk, by=by, at=AFTER)
    assert (resumed.status, resumed.needs_person) == ("NEW", True)


def test_who_may_not_say_so():
    case, calm = make_routed_case(), make_case()
    Case.objects.filter(pk=case.pk).update(needs_person=True)
    before = state_of(case)
    for by in (dee(), actor(Role.ANALYST)):
        with pytest.raises(CannotAcknowledge):
            acknowledge_case(case_id=case.pk, by=by, at=AFTER)
    with pytest.raises(CannotAcknowledge):
        acknowledge_case(case_id=calm.pk, by=actor(Role.DISPATCHER), at=AFTER)
    assert state_of(case) == before
