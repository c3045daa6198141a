"""What may have been reported before: near in space and time, with like words, and only for those who may know."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from cases.actors import staff
from cases.models import Case, Channel
from cases.queries import neighbours as module
from cases.queries.duplicates import (
    MOST_FOR_RESIDENTS,
    MOST_FOR_STAFF,
    PublicDuplicate,
    duplicates_for_resident,
    duplicates_for_staff,
    duplicates_of_case,
)
from cases.queries.matching import ReasonCode
from cases.queries.neighbours import Draft, draft_of, metres_between, neighbours
from cases.services.endings import resolve_case
from cases.services.intake import Place, Reporter
from cases.services.merging import merge_cases
from cases.services.privacy import exclude
from cases.services.workflow import classify_case
from cases.states import Outcome, Status
from routing.models import Category, District, Kind, Role, Street, Urgency
from tests.cast import outsider, staff_member
from tests.factories import NOW, make_case, make_routed_case, make_settled_case

pytestmark = pytest.mark.django_db

HOLE = "Duża dziura w jezdni, można uszkodzić koło."
AGAIN = "Głęboka dziura w jezdni, uszkodziłem koło."
LATER = NOW + timedelta(days=3)


def street(name: str = "Dworcowa") -> Street:
    return Street.objects.get(name=name)


def at(address: str = "ul. Dworcowa 5", name: str = "Dworcowa", **more) -> Place:
    return Place(address=address, street=street(name), **more)


def category(code: str = "road.pothole") -> Category:
    return Category.objects.get(code=code)


def draft(**changes) -> Draft:
    values: dict[str, Any] = {
        "text": AGAIN,
        "language": "pl",
        "received_at": LATER,
        "category_id": category().pk,
        "street_id": street().pk,
        "area_id": street().district_id,
        "address": "ul. Dworcowa 5",
    }
    return Draft(**(values | changes))


def hole(description: str = HOLE, **changes) -> Case:
    return make_routed_case(description=description, **({"place": at()} | changes))


def seen(found: Draft, role: Role = Role.DISPATCHER):
    user = staff_member(role)
    return duplicates_for_staff(found, user, staff(user))


def ids(found) -> list[int]:
    return [row.case_id for row in found]


def codes(row) -> list[str]:
    return [reason.code.value for reason in row.reasons]


def test_says_why_it_may_be_the_same():
    case = hole()
    (row,) = seen(draft())
    assert (row.case_id, row.reference, row.is_open) == (case.pk, case.reference, True)
    assert codes(row) == ["ADDRESS", "WORDS", "CATEGORY", "DAYS"]
    reasons = {reason.code: reason for reason in row.reasons}
    assert set(reasons[ReasonCode.WORDS].words) >= {"dziura", "jezdni"}
    assert reasons[ReasonCode.DAYS].number == 3
    assert (row.street, row.category, row.received_on) == (street(), category(), NOW.date())


# -- space ----------------------------------------------------------------------------------------------------


def test_another_number_of_the_street_is_less_near_and_another_street_is_not():
    hole(place=at("ul. Wodna 5", "Wodna"))
    Case.objects.update(area=None)
    assert seen(draft()) == ()
    hole(place=at("Dworcowa 61"))
    hole(place=at("Dworcowa 5/12"))
    first, second = seen(draft())
    assert (codes(first)[0], codes(second)[0]) == ("ADDRESS", "STREET")
    assert first.score > second.score


def test_a_number_that_was_read_from_the_words_counts_like_a_typed_one():
    case = hole(place=Place(street=street()))
    Case.objects.filter(pk=case.pk).update(house_number="5")
    here, there = (seen(draft(address="", house_number=number))[0] for number in ("5", "9"))
    assert here.place == "ul. Dworcowa 5"
    assert "ADDRESS" in codes(here)
    assert "ADDRESS" not in codes(there)
    assert here.score > there.score
    assert draft_of(Case.objects.get(pk=case.pk)).house_number == "5"


def test_a_number_in_the_name_of_a_street_is_no_house():
    named = street("3 Maja")
    hole(place=Place(address="ul. 3 Maja", street=named))
    (row,) = seen(draft(street_id=named.pk, address="3 Maja 3"))
    assert codes(row)[0] == "STREET"


@pytest.mark.parametrize(("north", "is_near"), [(0.0, True), (0.0012, True), (0.0014, False)])
def test_within_150_metres_where_both_have_coordinates(north, is_near):
    hole(place=Place(address="przy dworcu", lat=52.2233, lon=18.2512))
    Case.objects.update(area=None, street=None)
    found = seen(draft(lat=52.2233 + north, lon=18.2512, area_id=None))
    assert len(found) == is_near
    if is_near:
        assert codes(found[0])[0] == "METRES"
        assert found[0].reasons[0].number == pytest.approx(north * 111_320, abs=1)


def test_the_corner_of_the_square_is_not_within_the_circle():
    hole(place=Place(address="przy dworcu", lat=52.2233, lon=18.2512))
    Case.objects.update(area=None, street=None)
    corner = draft(lat=52.2233 + 0.0012, lon=18.2512 + 0.0019, street_id=None, area_id=None)
    assert len(neighbours(corner, Case.objects.all())) == 1
    assert seen(corner) == ()


def test_far_along_the_same_street_counts_as_little_as_another_number():
    hole(place=at("Dworcowa", lat=52.22, lon=18.25))
    (far,) = seen(draft(address="Dworcowa", lat=52.24, lon=18.25))
    (unknown,) = seen(draft(address="Dworcowa"))
    assert codes(far)[0] == codes(unknown)[0] == "STREET"
    assert far.score < unknown.score


def test_the_same_district_needs_the_very_same_category():
    district = District.objects.order_by("id")[0]
    case = hole(place=Place(address="za garażami", area=district))
    Case.objects.update(street=None)
    near = draft(street_id=None, area_id=district.pk, text=HOLE)
    (row,) = seen(near)
    assert (row.case_id, codes(row)[0]) == (case.pk, "AREA")
    assert seen(replace(near, category_id=category("light").pk)) == ()
    assert seen(replace(near, category_id=None)) == ()


def test_a_draft_without_a_place_has_no_neighbours(django_assert_num_queries):
    hole()
    nowhere = draft(street_id=None, area_id=None)
    with django_assert_num_queries(0):
        assert neighbours(nowhere, Case.objects.all()) == []


def test_metres_are_counted_on_the_ground():
    assert metres_between((52.2233, 18.2512), (52.2233, 18.2512)) == 0
    # Ten seconds of arc of longitude at this latitude.
    assert metres_between((52.2233, 18.2512), (52.2233, 18.2512 + 10 / 3600)) == pytest.approx(189, abs=1)


# -- time and state -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_found"), [(29, True), (31, False), (-29, True), (-31, False)])
def test_within_thirty_days_before_and_after(days, is_found):
    hole()
    assert len(seen(draft(received_at=NOW + timedelta(days=days)))) == is_found


def test_what_is_older_is_less_likely():
    hole()
    (young,), (old,) = seen(draft()), seen(draft(received_at=NOW + timedelta(days=25)))
    assert young.score > old.score


def test_only_open_cases_are_suggested():
    case = hole()
    dispatcher = staff(staff_member(Role.DISPATCHER))
    resolve_case(case_id=case.pk, outcome=Outcome.DONE, answer="Załatane.", by=dispatcher, at=LATER)
    assert seen(draft()) == ()


def test_what_may_be_a_matter_of_law_is_no_duplicate():
    make_case(HOLE, place=at())
    make_settled_case(description=HOLE, place=at(), kind=Kind.COMPLAINT)
    assert seen(draft()) == ()


# -- words ----------------------------------------------------------------------------------------------------


def test_other_words_on_the_same_street_are_another_thing():
    hole("Latarnia nie świeci od tygodnia.")
    assert seen(draft()) == ()


def test_in_another_language_the_category_and_the_place_must_do():
    hole("Велика яма на дорозі", language="uk")
    (row,) = seen(draft())
    assert codes(row) == ["ADDRESS", "CATEGORY", "DAYS"]
    assert seen(draft(category_id=category("light").pk)) == ()


def test_a_draft_without_a_category_finds_it_by_words_and_street():
    hole()
    (row,) = seen(draft(category_id=None))
    assert "CATEGORY" not in codes(row)


def test_the_likeliest_come_first_and_no_more_than_five():
    exact = hole(AGAIN)
    for number in range(10, 16):
        hole(place=at(f"Dworcowa {number}"))
    found = seen(draft())
    assert len(found) == MOST_FOR_STAFF
    assert found[0].case_id == exact.pk
    assert [row.score for row in found] == sorted((row.score for row in found), reverse=True)


def test_no_more_than_the_newest_are_compared(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    hole(), hole()
    newest = hole(received_at=NOW + timedelta(hours=1))
    found = neighbours(draft(lat=52.2, lon=18.2), Case.objects.all())
    assert len(found) == 2
    assert newest.pk in {row.case_id for row in found}


# -- access ---------------------------------------------------------------------------------------------------


def test_staff_are_shown_what_they_may_see():
    case = hole()
    assert ids(seen(draft(), Role.HANDLER)) == [case.pk]
    dee = outsider()
    assert duplicates_for_staff(draft(), dee, staff(dee)) == ()
    assert seen(draft(), Role.ANALYST) == ()
    agent = staff_member(Role.AGENT)
    assert ids(seen(draft(), Role.AGENT)) == [case.pk]
    head = staff(staff_member(Role.HEAD))
    exclude(case_id=case.pk, user=agent, department=None, reason="Sąsiad.", by=head, at=LATER)
    assert seen(draft(), Role.AGENT) == ()


def test_a_confidential_case_is_for_those_who_may_see_it():
    case = hole()
    Case.objects.filter(pk=case.pk).update(confidential=True)
    assert seen(draft(), Role.AGENT) == ()
    assert ids(seen(draft(), Role.DISPATCHER)) == [case.pk]
    assert duplicates_for_resident(draft()) == ()


def test_a_resident_learns_category_street_day_and_state_only():
    case = hole()
    (row,) = duplicates_for_resident(draft())
    assert row == PublicDuplicate(case.pk, category(), street(), NOW.date(), "ASSIGNED")
    assert {field.name for field in fields(row)} == {"case_id", "category", "street", "received_on", "status"}


@pytest.mark.parametrize(
    "kept", [{"is_public": False}, {"confidential": True}, {"is_restricted": True}, {"kind": "COMPLAINT"}]
)
def test_a_resident_is_shown_public_cases_only(kept):
    Case.objects.filter(pk=hole().pk).update(**kept)
    assert duplicates_for_resident(draft()) == ()


@pytest.mark.parametrize("kept", [{"is_public": False}, {"is_sensitive": True}])
def test_a_category_that_is_not_public_any_more_hides_its_cases(kept):
    hole()
    Category.objects.filter(code="road.pothole").update(**kept)
    assert duplicates_for_resident(draft()) == ()


def test_a_question_to_another_household_is_not_told():
    Case.objects.filter(pk=hole().pk).update(status="WAITING_RESIDENT")
    (row,) = duplicates_for_resident(draft())
    assert row.status == Status.IN_PROGRESS


def test_a_resident_is_asked_only_when_it_is_likely():
    hole("Dziura przy pasach, kałuże, błoto i woda na chodniku", place=at("Dworcowa 61"))
    assert len(seen(draft(text="Dziura w jezdni"))) == 1
    assert duplicates_for_resident(draft(text="Dziura w jezdni")) == ()


def test_a_resident_is_shown_three_at_most():
    for _ in range(5):
        hole()
    assert len(duplicates_for_resident(draft())) == MOST_FOR_RESIDENTS


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.HANDLER])
def test_the_number_of_statements_does_not_depend_on_the_number_of_cases(role, django_assert_num_queries):
    user = staff_member(role)
    by = staff(user)
    for _ in range(4):
        hole()
    found = draft(lat=52.2, lon=18.2, area_id=District.objects.earliest("id").pk)
    with django_assert_num_queries(4):
        duplicates_for_staff(found, user, by)


# -- of a case ------------------------------------------------------------------------------------------------


def of(case: Case, role: Role = Role.DISPATCHER):
    user = staff_member(role)
    return duplicates_of_case(case, user, staff(user))


def test_a_case_is_not_its_own_duplicate():
    first, second = hole(), hole(AGAIN)
    assert ids(of(first)) == [second.pk]
    assert draft_of(first).case_id == first.pk


def mailed(subject: str, email: str = "ana@example.org", **more: Any) -> Case:
    return make_case(
        f"{subject} {more}", channel=Channel.EMAIL, subject=subject, reporter=Reporter(email=email), **more
    )


def test_the_same_sender_and_subject_are_shown_and_join_nothing():
    """EMAIL §4.6: same sender, same subject, young open case: a possible duplicate, never automatic."""
    case = mailed("Kosz na Starówce", "Ana@Example.org", source_key="1")
    same = mailed("kosz na starówce", "ana@example.org", source_key="2")
    mailed("Kosz na Starówce", "ben@example.org", source_key="3")
    mailed("Inny kosz", source_key="4")
    mailed("Kosz na Starówce", source_key="5", received_at=NOW - timedelta(days=31))
    assert [(row.case_id, [reason.code for reason in row.reasons]) for row in of(case)] == [
        (same.pk, [ReasonCode.SENDER])
    ]
    assert Case.objects.filter(status=Status.NEW).count() == 5
    # What was not decided yet may be a matter of law, and is not for everybody.
    assert of(case, Role.AGENT) == ()


def test_what_the_resident_said_comes_first_and_once():
    meant, likelier = hole(place=at("Dworcowa 61")), hole(AGAIN)
    case = hole(AGAIN, same_as_id=meant.pk)
    found = of(case)
    assert ids(found) == [meant.pk, likelier.pk]
    assert codes(found[0])[:2] == ["RESIDENT", "STREET"]


def test_what_the_resident_said_leads_to_where_the_work_goes_on():
    meant, survivor = hole(place=at("Wodna 1", "Wodna")), hole(place=at("Wodna 1", "Wodna"))
    dispatcher = staff(staff_member(Role.DISPATCHER))
    merge_cases(case_id=meant.pk, into_id=survivor.pk, by=dispatcher, at=LATER)
    case = hole("Coś innego zupełnie", same_as_id=meant.pk)
    assert ids(of(case)) == [survivor.pk]
    resolve_case(case_id=survivor.pk, outcome=Outcome.DONE, answer="Załatane.", by=dispatcher, at=LATER)
    (row,) = of(case)
    assert (row.case_id, row.is_open) == (survivor.pk, False)


def test_what_the_resident_said_is_hidden_from_those_who_may_not_see_it():
    meant = hole()
    case = hole("Coś innego zupełnie", same_as_id=meant.pk, place=at("Wodna 1", "Wodna"))
    Case.objects.filter(pk=meant.pk).update(confidential=True)
    assert of(case, Role.AGENT) == ()


def test_the_hint_of_a_resident_moves_nothing():
    meant = hole()
    case = make_case(AGAIN, place=at(), same_as_id=meant.pk)
    meant.refresh_from_db()
    assert (case.status, case.merged_into, case.possible_duplicate_of) == (Status.NEW, None, meant)
    assert meant.status == Status.ASSIGNED


def test_a_decision_about_the_category_keeps_the_hint():
    meant = hole()
    case = make_case(AGAIN, place=at(), same_as_id=meant.pk)
    dispatcher = staff(staff_member(Role.DISPATCHER))
    classify_case(
        case_id=case.pk,
        category=category(),
        kind=Kind.REPORT,
        urgency=Urgency.NORMAL,
        by=dispatcher,
        at=LATER,
    )
    case.refresh_from_db()
    assert case.possible_duplicate_of_id == meant.pk
