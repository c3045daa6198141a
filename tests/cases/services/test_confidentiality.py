"""Making a case confidential and lifting it again: who may, in every state, and who loses the case by it."""

from datetime import timedelta
from typing import Any

import pytest

from cases.access import visible_cases
from cases.models import Case
from cases.services.confidentiality import (
    CannotLiftConfidential,
    CannotMakeConfidential,
    lift_confidential,
    make_confidential,
)
from cases.services.workflow import take_case
from cases.states import Outcome, Status
from routing.models import Role
from tests.cast import outsider, person, staff_member
from tests.factories import NOW, make_case, make_routed_case
from tests.record import actor, ana, assert_recorded, dee, department, last_message, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)
EVERYWHERE = frozenset({Role.DISPATCHER, Role.HEAD, Role.DPO})
# Of the road department, whose cases these are; the council's office has no part in it.
MAY = EVERYWHERE | {Role.MANAGER}
SEE = MAY


def hide(case: Case, **changes: Any) -> Case:
    values: dict[str, Any] = {"reason": "A witness is named.", "by": actor(Role.DISPATCHER), "at": THEN}
    return make_confidential(case_id=case.pk, **(values | changes))


def lift(case: Case, **changes: Any) -> Case:
    values: dict[str, Any] = {"reason": "It is known by now.", "by": actor(Role.DISPATCHER), "at": THEN}
    return lift_confidential(case_id=case.pk, **(values | changes))


def seen_by(case: Case) -> set[Role]:
    return {role for role in Role if visible_cases(staff_member(role)).filter(pk=case.pk).exists()}


def in_state(status: Status) -> Case:
    outcome = Outcome.DONE if status in (Status.RESOLVED, Status.CLOSED) else ""
    case = make_routed_case()
    Case.objects.filter(pk=case.pk).update(status=status, outcome=outcome)
    return Case.objects.get(pk=case.pk)


def test_a_confidential_case_is_seen_by_the_fewest_and_the_reason_stays_inside():
    case, by = make_routed_case(), actor(Role.MANAGER)
    assert {Role.AGENT, Role.HANDLER, Role.CREW} < seen_by(case)
    after = hide(case, by=by, version=case.version)
    assert seen_by(case) == SEE
    note = last_message(case)
    assert (note.audience, note.purpose, note.body) == ("INTERNAL", "REASON", "A witness is named.")
    assert_recorded(case, "MADE_CONFIDENTIAL", by, {"note": note.pk, "was_user": None})
    assert (after.version, after.status, after.department) == (case.version + 1, "ASSIGNED", case.department)


def test_what_is_lifted_is_seen_as_before():
    case, by = make_routed_case(), actor(Role.HEAD)
    before = seen_by(case)
    version = hide(case).version
    assert lift(case, by=by, version=version).version == version + 1
    assert seen_by(case) == before
    note = last_message(case)
    assert (note.audience, note.purpose, note.body) == ("INTERNAL", "REASON", "It is known by now.")
    assert_recorded(case, "CONFIDENTIAL_LIFTED", by, {"note": note.pk})


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("status", list(Status))
def test_who_may_in_every_state(status, role):
    case, by = in_state(status), actor(role)
    if role in MAY:
        assert hide(case, by=by).confidential
        assert not lift(case, by=by).confidential
        assert Case.objects.get(pk=case.pk).status == status
        return
    before = state_of(case)
    with pytest.raises(CannotMakeConfidential):
        hide(case, by=by)
    assert state_of(case) == before
    before = state_of(hide(case))
    with pytest.raises(CannotLiftConfidential):
        lift(case, by=by)
    assert state_of(case) == before


def test_a_manager_and_the_councils_office_may_for_their_own_departments_only():
    council = actor(Role.COUNCIL)
    assert hide(make_routed_case("council_office"), by=council).confidential
    others, at_desk = make_routed_case("pwik"), make_case()
    for by in (council, actor(Role.MANAGER)):
        for case in (others, at_desk):
            with pytest.raises(CannotMakeConfidential):
                hide(case, by=by)


def test_neither_residents_nor_other_departments_may():
    case = make_routed_case()
    for by in (ana(case), dee()):
        with pytest.raises(CannotMakeConfidential):
            hide(case, by=by)


def test_nothing_happens_twice_or_without_a_reason():
    case = make_routed_case()
    with pytest.raises(CannotLiftConfidential):
        lift(case)
    with pytest.raises(CannotMakeConfidential):
        hide(case, reason=" ")
    before = state_of(hide(case))
    with pytest.raises(CannotMakeConfidential):
        hide(case)
    with pytest.raises(CannotLiftConfidential):
        lift(case, reason=" ")
    assert state_of(case) == before


@pytest.mark.parametrize("role", [Role.HANDLER, Role.CREW])
def test_whoever_has_the_case_keeps_it_and_may_not_lift_it(role):
    case, user = make_routed_case(), staff_member(role)
    take_case(case_id=case.pk, by=actor(role), at=NOW)
    assert hide(case).assignee == user
    assert visible_cases(user).filter(pk=case.pk).exists()
    with pytest.raises(CannotLiftConfidential):
        lift(case, by=actor(role))


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.ANALYST}], ids=str)
def test_whoever_may_not_see_it_any_more_loses_it(change):
    case, user = make_routed_case(), person("gone", Role.HANDLER, "zdm")
    Case.objects.filter(pk=case.pk).update(assignee=user)
    type(user).objects.filter(pk=user.pk).update(**change)
    version = case.version
    assert hide(case).assignee is None
    stored = Case.objects.get(pk=case.pk)
    assert (stored.assignee, stored.department, stored.version) == (None, department("zdm"), version + 1)
    payload = {"note": last_message(case).pk, "was_user": user.pk}
    assert_recorded(case, "MADE_CONFIDENTIAL", actor(Role.DISPATCHER), payload)
    assert not visible_cases(outsider()).filter(pk=case.pk).exists()
