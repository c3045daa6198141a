"""Who sees which case: every role before every sort of case, as a query and as the answer for a push."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from cases.access import (
    NoAccess,
    attachments_for_resident,
    attachments_for_staff,
    flags_of,
    get_case_for_staff,
    is_kept_away,
    may_exclude,
    may_read_log,
    may_read_restricted_files,
    sees,
    sees_contacts,
    visible_cases,
    visible_contacts,
    visible_readings,
    works_with_cases,
)
from cases.actors import staff
from cases.models import Attachment, Case, CaseParticipant, Contact, Exclusion, Message, ReadLog, ReadReason
from cases.models.references import make_reference
from routing.models import Department, Role, User
from tests.cast import newcomer, outsider, person, staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of

pytestmark = pytest.mark.django_db

# The sorts of case: lies with ZDM unless it says otherwise.
SORTS: dict[str, dict[str, object]] = {
    "plain": {},
    "unread": {"department": None, "is_restricted": True},
    "at the desk": {"department": None},
    "legal": {"kind": "COMPLAINT", "is_restricted": True},
    "claim": {"kind": "CLAIM", "is_restricted": True},
    "confidential": {"confidential": True},
    "secret complaint": {"kind": "COMPLAINT", "is_restricted": True, "confidential": True},
    "elsewhere": {"department": "pwik"},
    "below": {"department": "ouid"},
    "above": {"department": "miasto"},
    "mine, elsewhere": {"department": "pwik", "assignee": True, "confidential": True, "is_restricted": True},
    "logged by me": {"department": None, "is_restricted": True, "logged_by": True},
    "logged by me, confidential": {"department": None, "logged_by": True, "confidential": True},
}
ALL = frozenset(SORTS)
OPENLY = frozenset({"plain", "at the desk", "elsewhere", "below", "above"})
MINE = frozenset({"mine, elsewhere"})
# Who sees what, written by hand. Handlers, crews and managers of the cast belong to ZDM.
TABLE: dict[Role, frozenset[str]] = {
    Role.AGENT: OPENLY | MINE | {"logged by me"},
    Role.DISPATCHER: ALL,
    Role.HEAD: ALL,
    Role.DPO: ALL,
    Role.MANAGER: MINE | {"plain", "legal", "claim", "confidential", "secret complaint", "below"},
    Role.HANDLER: MINE | {"plain", "legal", "claim", "below"},
    Role.CREW: MINE | {"plain", "below"},
    Role.COUNCIL: MINE | {"legal"},
    Role.ANALYST: frozenset(),
    Role.ADMIN: frozenset(),
}


def make_sort(name: str, user: User) -> Case:
    values = {"department": "zdm", "kind": "REPORT", "is_restricted": False} | SORTS[name]
    if values["department"]:
        values["department"] = Department.objects.get(code=values["department"])
    for field in ("assignee", "logged_by"):
        if values.get(field):
            values[field] = user
    case = make_case()
    Case.objects.filter(pk=case.pk).update(**values)
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("role", list(Role))
def test_what_each_role_sees(role):
    user = staff_member(role)
    cases = {make_sort(name, user).pk: name for name in SORTS}
    assert {cases[case.pk] for case in visible_cases(user)} == TABLE[role]


@pytest.mark.parametrize("role", list(Role))
def test_a_push_is_answered_like_the_query(role):
    user = staff_member(role)
    actor = staff(user)
    excluded: list[dict[str, Any]] = [
        {},
        {"user": user},
        *({"department": Department.objects.get(code=code)} for code in ("zdm", "miasto", "ouid", "um")),
    ]
    for name in SORTS:
        case = make_sort(name, user)
        for exclusion in excluded:
            Exclusion.objects.filter(case=case).delete()
            if exclusion:
                Exclusion.objects.create(case=case, created_at=NOW, **exclusion)
            in_query = visible_cases(user, actor).filter(pk=case.pk).exists()
            assert sees(actor, flags_of([case.pk])[case.pk]) is in_query, (name, exclusion)


@pytest.mark.parametrize("role", [role for role in Role if TABLE[role]])
def test_who_is_kept_away_sees_nothing_of_the_case_whatever_the_role(role):
    user = staff_member(role)
    for name in TABLE[role]:
        case = make_sort(name, user)
        Exclusion.objects.create(case=case, user=user, created_at=NOW)
        with pytest.raises(NoAccess):
            get_case_for_staff(user, case.reference)


@pytest.mark.parametrize("role", [Role.HANDLER, Role.CREW, Role.MANAGER])
@pytest.mark.parametrize("code", ["zdm", "miasto"])
def test_a_department_is_kept_away_with_all_below_it(role, code):
    user = staff_member(role)
    case = make_sort("mine, elsewhere", user)
    assert visible_cases(user).filter(pk=case.pk).exists()
    Exclusion.objects.create(case=case, department=Department.objects.get(code=code), created_at=NOW)
    assert not visible_cases(user).filter(pk=case.pk).exists()


def test_whoever_oversees_all_cases_still_finds_one_that_the_whole_house_is_kept_away_from():
    case = make_routed_case()
    Exclusion.objects.create(case=case, department=Department.objects.get(code="miasto"), created_at=NOW)
    for role, user in ((role, staff_member(role)) for role in Role):
        found = visible_cases(user).filter(pk=case.pk).exists()
        assert found is (role in (Role.DISPATCHER, Role.HEAD, Role.DPO))


def test_an_exclusion_concerns_one_case_only():
    user, case, other = staff_member(Role.HANDLER), make_routed_case(), make_routed_case()
    Exclusion.objects.create(case=case, user=user, created_at=NOW)
    assert list(visible_cases(user)) == [other]


def test_a_department_is_kept_away_by_itself_or_from_above():
    case = make_routed_case()
    zdm, ouid, pwik = (Department.objects.get(code=code) for code in ("zdm", "ouid", "pwik"))
    Exclusion.objects.create(case=case, department=zdm, created_at=NOW)
    assert [is_kept_away(case, department) for department in (zdm, ouid, pwik)] == [True, True, False]
    assert not is_kept_away(make_routed_case(), zdm)


def test_another_department_does_not_see_the_case():
    case = make_routed_case()
    with pytest.raises(NoAccess):
        get_case_for_staff(outsider(), case.reference)
    assert get_case_for_staff(staff_member(Role.HANDLER), case.reference) == case


def test_several_departments_add_up():
    both = person("both", Role.HANDLER, "zdm", "pwik")
    cases = {make_routed_case("zdm").pk, make_routed_case("pwik").pk}
    make_routed_case("mpec")
    assert {case.pk for case in visible_cases(both)} == cases


def test_nobody_without_an_active_login_sees_anything():
    user, case = staff_member(Role.HEAD), make_routed_case()
    user.is_active = False
    assert not works_with_cases(user)
    assert not visible_cases(user).exists()
    assert not visible_cases(AnonymousUser()).exists()  # type: ignore[arg-type]
    assert Case.objects.filter(pk=case.pk).exists()


def test_a_case_that_does_not_exist_and_one_out_of_sight_are_refused_alike():
    hidden = make_routed_case()
    for reference in (hidden.reference, make_reference(999_999, 2026), "", "\x00", "KON-2026-1"):
        with pytest.raises(NoAccess):
            get_case_for_staff(outsider(), reference)


@pytest.mark.parametrize("role", [role for role in Role if TABLE[role]])
def test_visibility_is_one_query(role, django_assert_num_queries):
    user, case = staff_member(role), make_routed_case()
    Case.objects.filter(pk=case.pk).update(assignee=user)
    case = Case.objects.select_related("category", "department").get(pk=case.pk)
    actor = staff(user)
    with django_assert_num_queries(1):
        assert list(visible_cases(user, actor)) == [case]
    with django_assert_num_queries(1):
        found = get_case_for_staff(user, case.reference, actor)
        assert (found.department, found.category, str(found.assignee)) == (
            case.department,
            case.category,
            str(user),
        )


# -- no role ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", SORTS)
def test_who_has_no_role_sees_nothing_of_any_case(sort):
    nora = newcomer()
    by, case = staff(nora), make_sort(sort, nora)
    attach(case, audience="RESIDENT", author_user=nora)
    log_a_call(nora).cases.add(case)
    ReadLog.objects.create(case=case, user=nora, reason=ReadReason.CASE_PAGE, read_at=NOW)
    assert nora.role == ""
    assert not works_with_cases(nora)
    assert not visible_cases(nora).exists()
    assert not attachments_for_staff(nora).exists()
    assert not visible_contacts(nora, by).exists()
    assert not visible_readings(nora, by).exists()
    assert not sees(by, flags_of([case.pk])[case.pk])
    assert not case.may_work(by)
    with pytest.raises(NoAccess):
        get_case_for_staff(nora, case.reference)


def test_who_has_no_role_has_no_list_and_no_power_either():
    nora = newcomer()
    by = staff(nora)
    log_a_call(nora)
    ReadLog.objects.create(user=nora, reason=ReadReason.CONTACTS, read_at=NOW)
    assert not visible_contacts(nora, by).exists()
    assert not visible_readings(nora, by).exists()
    assert not sees_contacts(by)
    assert not may_read_log(by)
    assert not may_exclude(by)
    assert not may_read_restricted_files(by)


def log_a_call(user: User) -> Contact:
    return Contact.objects.create(
        source_key="call:x",
        channel="PHONE",
        purpose="INFORMATION",
        outcome="ANSWERED",
        started_at=NOW,
        ended_at=NOW,
        received_at=NOW,
        logged_by=user,
    )


# -- files ------------------------------------------------------------------------------------------------------


def attach(case: Case, **message: object) -> Attachment:
    words = Message.objects.create(case=case, purpose="NOTE", body="x", created_at=NOW, **message)
    return Attachment.objects.create(
        case=case,
        message=words,
        sha256=str(words.pk),
        name="f",
        media_type="image/png",
        size=1,
        created_at=NOW,
    )


def test_residents_open_their_own_files_and_what_the_city_sent_them():
    case = make_routed_case()
    ana, user = reporter_of(case), staff_member(Role.HANDLER)
    follower = CaseParticipant.objects.create(case=case, role="FOLLOWER", created_at=NOW)
    own = attach(case, audience="RESIDENT", author_participant=ana)
    sent = attach(case, audience="RESIDENT", author_user=user)
    attach(case, audience="INTERNAL", author_user=user)
    attach(case, audience="RESIDENT", author_participant=follower)
    internal = attach(case, audience="RESIDENT", author_user=user)
    Attachment.objects.filter(pk=internal.pk).update(is_internal=True)
    attach(make_routed_case(), audience="RESIDENT", author_user=user)
    assert set(attachments_for_resident(ana)) == {own, sent}


def test_staff_open_the_files_of_the_cases_they_see():
    case = make_routed_case()
    file = attach(case, audience="INTERNAL", author_user=staff_member(Role.HANDLER))
    assert list(attachments_for_staff(staff_member(Role.HANDLER))) == [file]
    assert not attachments_for_staff(outsider()).exists()
    assert not attachments_for_staff(staff_member(Role.ANALYST)).exists()
