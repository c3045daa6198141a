"""Keeping people away from a case, and making a link useless."""

from datetime import timedelta
from typing import Any

import pytest

from cases.access import visible_cases
from cases.models import Case, Exclusion, ReadLog, ReadReason
from cases.services.endings import reopen_case, resolve_case
from cases.services.merging import merge_cases, unmerge_case
from cases.services.privacy import (
    CannotExclude,
    CannotLift,
    CannotRevoke,
    exclude,
    lift_exclusion,
    log_list_reading,
    log_reading,
    request_link,
    revoke_link,
)
from cases.services.workflow import ask_resident, take_case
from cases.states import Outcome
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_routed_case, reporter_of
from tests.record import actor, ana, assert_recorded, department, kinds, last_event, last_message, state_of

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)
MAY_NOT = set(Role) - {Role.DISPATCHER, Role.HEAD}


def keep_away(case: Case, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "reason": "The complaint is about them.",
        "by": actor(Role.DISPATCHER),
        "at": THEN,
    }
    return exclude(case_id=case.pk, **(values | changes))


def test_a_person_is_kept_away_with_a_reason_that_stays_inside():
    case, user = make_routed_case(), staff_member(Role.HANDLER)
    keep_away(case, user=user)
    assert Exclusion.objects.get(case=case).user == user
    note = last_message(case)
    assert (note.audience, note.purpose) == ("INTERNAL", "REASON")
    lost = {"was_department": None, "was_user": None}
    payload = {"user": user.pk, "department": None, "note": note.pk, **lost}
    assert_recorded(case, "EXCLUDED", actor(Role.DISPATCHER), payload)


def test_whoever_is_kept_away_loses_the_case():
    case = make_routed_case()
    take_case(case_id=case.pk, by=actor(Role.HANDLER), at=NOW)
    after = keep_away(case, user=staff_member(Role.HANDLER))
    assert (after.assignee, after.status, after.department) == (None, "ASSIGNED", department("zdm"))
    payload = last_event(case).payload
    assert (payload["was_user"], payload["was_department"]) == (staff_member(Role.HANDLER).pk, None)


def test_a_second_submit_of_one_form_keeps_away_once():
    case, user = make_routed_case(), staff_member(Role.HANDLER)
    for _ in range(2):
        keep_away(case, user=user, source_key="desk:once")
    assert kinds(case).count("EXCLUDED") == 1
    assert case.messages.filter(purpose="REASON").count() == 1


def test_a_link_is_revoked_once():
    case = make_routed_case()
    participant = reporter_of(case)
    for _ in range(2):
        key = {"key_version": participant.key_version}
        revoke_link(participant_id=participant.pk, by=actor(Role.DISPATCHER), at=THEN, **key)
    assert reporter_of(case).key_version == participant.key_version + 1
    assert kinds(case).count("LINK_REVOKED") == 1


@pytest.mark.parametrize("code", ["zdm", "miasto"])
def test_a_department_that_is_kept_away_gives_the_case_back_to_the_desk(code):
    case = make_routed_case()
    take_case(case_id=case.pk, by=actor(Role.HANDLER), at=NOW)
    keep_away(case, department=department(code))
    case.refresh_from_db()
    assert (case.status, case.department, case.assignee, case.needs_person) == ("NEW", None, None, True)


def test_a_department_that_waited_for_an_answer_loses_the_case_too_and_the_clock_goes_on():
    case = make_routed_case()
    day = NOW.date() + timedelta(days=3)
    ask_resident(case_id=case.pk, question="?", answer_by=day, by=actor(Role.HANDLER), at=NOW)
    keep_away(case, department=department("zdm"))
    case.refresh_from_db()
    assert (case.status, case.department, case.promise_paused_at) == ("NEW", None, None)


def test_an_ended_case_comes_back_to_the_desk_and_not_to_who_is_kept_away():
    case = make_routed_case()
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="x", by=actor(Role.HANDLER), at=NOW)
    assert keep_away(case, department=department("zdm")).status == "RESOLVED"
    assert reopen_case(case_id=case.pk, reason="x", by=ana(case), at=THEN).status == "NEW"


def test_a_merged_case_comes_apart_at_the_desk():
    case, by = make_routed_case(), actor(Role.DISPATCHER)
    merge_cases(case_id=case.pk, into_id=make_routed_case().pk, by=by, at=NOW)
    keep_away(case, department=department("zdm"))
    apart = unmerge_case(case_id=case.pk, by=by, at=THEN)
    assert (apart.status, apart.department) == ("NEW", None)


def test_another_department_keeps_its_case():
    case = make_routed_case()
    keep_away(case, department=department("pwik"))
    case.refresh_from_db()
    assert (case.status, case.department) == ("ASSIGNED", department("zdm"))


def test_keeping_away_twice_is_one_exclusion():
    case = make_routed_case()
    for _ in range(2):
        keep_away(case, user=staff_member(Role.HANDLER))
    assert Exclusion.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"user": None},
        {"department": "zdm"},
        *({"by": role} for role in Role if role not in ("DISPATCHER", "HEAD")),
    ],
    ids=str,
)
def test_who_may_not_and_what_does_not_make_sense(changes):
    case = make_routed_case()
    values: dict[str, Any] = {"user": staff_member(Role.HANDLER)} | changes
    if "by" in changes:
        values["by"] = actor(changes["by"])
    if "department" in changes:
        values["department"] = department("zdm")
    before = state_of(case)
    with pytest.raises(CannotExclude):
        keep_away(case, **values)
    assert state_of(case) == before
    assert not Exclusion.objects.exists()


def test_an_exclusion_made_by_mistake_is_lifted_with_a_reason():
    case, user = make_routed_case(), staff_member(Role.HANDLER)
    keep_away(case, user=user)
    exclusion = Exclusion.objects.get(case=case)
    before = Case.objects.get(pk=case.pk).version
    by = actor(Role.HEAD)
    lift_exclusion(case_id=case.pk, exclusion=exclusion, reason="Another Kowalski.", by=by, at=THEN)
    assert not Exclusion.objects.filter(case=case).exists()
    assert visible_cases(user).filter(pk=case.pk).exists()
    note = last_message(case)
    assert (note.audience, note.purpose, note.body) == ("INTERNAL", "REASON", "Another Kowalski.")
    payload = {"user": user.pk, "department": None, "note": note.pk}
    assert_recorded(case, "EXCLUSION_LIFTED", by, payload)
    assert Case.objects.get(pk=case.pk).version == before + 1


@pytest.mark.parametrize("role", sorted(MAY_NOT))
def test_who_may_not_keep_away_may_not_let_back(role):
    case = make_routed_case()
    keep_away(case, department=department("pgkim"))
    exclusion = Exclusion.objects.get(case=case)
    with pytest.raises(CannotLift):
        lift_exclusion(case_id=case.pk, exclusion=exclusion, reason="X", by=actor(Role(role)), at=THEN)
    assert Exclusion.objects.filter(case=case).exists()


@pytest.mark.parametrize("trick", ["no reason", "another case", "lifted before"])
def test_nothing_is_lifted_without_a_reason_or_for_another_case(trick):
    case, other = make_routed_case(), make_routed_case()
    keep_away(case, department=department("pgkim"))
    exclusion = Exclusion.objects.get(case=case)
    at: dict[str, Any] = {
        "case_id": other.pk if trick == "another case" else case.pk,
        "by": actor(Role.DISPATCHER),
        "at": THEN,
    }
    if trick == "lifted before":
        lift_exclusion(exclusion=exclusion, reason="X", **at)
        exclusion.pk = 1_000_000
    before = len(kinds(case))
    with pytest.raises(CannotLift):
        lift_exclusion(exclusion=exclusion, reason=" " if trick == "no reason" else "X", **at)
    assert len(kinds(case)) == before


def test_revoking_a_link_makes_a_new_version_of_the_key():
    case, by = make_routed_case(), actor(Role.AGENT)
    participant = revoke_link(participant_id=reporter_of(case).pk, by=by, at=THEN)
    assert participant.key_version == 2
    assert_recorded(case, "LINK_REVOKED", by, {"participant": participant.pk, "key_version": 2})
    assert revoke_link(participant_id=participant.pk, by=by, at=THEN).key_version == 3


def test_residents_revoke_nothing():
    case = make_routed_case()
    with pytest.raises(CannotRevoke):
        revoke_link(participant_id=reporter_of(case).pk, by=ana(case), at=THEN)
    assert reporter_of(case).key_version == 1


def test_asking_for_the_link_again_leaves_the_case_as_it_is():
    case = make_routed_case()
    before = state_of(case)["case"]
    participant = request_link(participant_id=reporter_of(case).pk, at=THEN)
    assert kinds(case)[-1] == "LINK_REQUESTED"
    assert_recorded(case, "LINK_REQUESTED", ana(case), {"participant": participant.pk})
    assert state_of(case)["case"] == before


def test_reading_leaves_a_trace():
    case, user = make_routed_case(), staff_member(Role.AGENT)
    log_reading(case_id=case.pk, reason=ReadReason.CASE_PAGE, at=THEN, user=user, detail="x" * 100)
    row = ReadLog.objects.get()
    assert (row.case, row.user, row.reason, row.read_at, len(row.detail)) == (
        case,
        user,
        "CASE_PAGE",
        THEN,
        60,
    )


def test_a_list_leaves_a_trace_for_each_case_once_while_it_refreshes_itself():
    case, other, user = make_routed_case(), make_routed_case(), staff_member(Role.AGENT)
    values: dict[str, Any] = {"user": user, "reason": ReadReason.CONTACTS}
    log_list_reading(case_ids=[case.pk, case.pk, None], at=NOW, **values)
    assert ReadLog.objects.count() == 2
    log_list_reading(
        case_ids=[case.pk, other.pk, None], at=NOW + timedelta(minutes=5), is_refresh=True, **values
    )
    assert sorted(ReadLog.objects.values_list("case_id", flat=True), key=lambda pk: pk or 0) == [
        None,
        case.pk,
        other.pk,
    ]
    log_list_reading(case_ids=[case.pk], at=NOW + timedelta(hours=2), is_refresh=True, **values)
    log_list_reading(case_ids=[case.pk], at=NOW + timedelta(hours=2), **values)
    assert ReadLog.objects.filter(case=case).count() == 3
