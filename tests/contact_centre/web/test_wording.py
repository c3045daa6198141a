"""What a resident reads of her case: nobody is promised a way of being told that she does not have."""

from datetime import date

import pytest
from django.utils import translation

from cases.actors import resident, staff
from cases.models import Case
from cases.services.endings import reopen_case, resolve_case, withdraw_case
from cases.services.merging import merge_cases
from cases.services.workflow import plan_work
from cases.states import Outcome
from contact_centre.web.wording import status_words
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of

pytestmark = pytest.mark.django_db


def said(case: Case, channel: str) -> str:
    with translation.override("en"):
        words = status_words(case, NOW, channel)
    return f"{words.sentence} {words.next_step}"


def new_case() -> Case:
    return make_case()


def planned_case() -> Case:
    by = staff(staff_member(Role.DISPATCHER))
    case = make_routed_case()
    return plan_work(case_id=case.pk, planned_for=date(2026, 11, 30), note="", by=by, at=NOW)


def merged_case() -> Case:
    by = staff(staff_member(Role.DISPATCHER))
    case = make_settled_case()
    merge_cases(case_id=case.pk, into_id=make_settled_case().pk, by=by, at=NOW)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("make", [new_case, planned_case, merged_case])
def test_news_come_the_way_that_the_person_has(make):
    case = make()
    assert "call you" in said(case, "PHONE")
    for way in ("EMAIL", "LETTER"):
        assert "We will write to you" in said(case, way) or "We will let you know" in said(case, way)
    assert "page of your report" in said(case, "NONE")
    for way in ("PHONE", "NONE"):
        assert "write to you" not in said(case, way)


def ended(outcome: Outcome, **more: str) -> Case:
    by = staff(staff_member(Role.DISPATCHER))
    case = make_routed_case()
    return resolve_case(case_id=case.pk, outcome=outcome, answer="To nie nasze.", by=by, at=NOW, **more)


def test_what_another_authority_decides_names_it_and_the_day():
    case = ended(Outcome.FORWARDED, authority="Starosta Koniński")
    assert "a matter for Starosta Koniński. We sent it there on 17 November 2026." in said(case, "EMAIL")


def test_what_was_opened_again_is_not_told_like_something_new():
    by = staff(staff_member(Role.DISPATCHER))
    case = ended(Outcome.DONE)
    reopen_case(case_id=case.pk, reason="Dziura nadal jest.", by=by, at=NOW)
    case.refresh_from_db()
    assert "We are looking at it again" in said(case, "EMAIL")
    assert "We have your report" not in said(case, "EMAIL")


def test_who_only_follows_did_not_ask_to_close_it():
    case = make_case()
    withdraw_case(case_id=case.pk, reason="", by=resident(reporter_of(case).pk), at=NOW)
    case.refresh_from_db()
    with translation.override("en"):
        assert "at your request" in status_words(case, NOW, "EMAIL").sentence
        follower = status_words(case, NOW, "EMAIL", is_follower=True).sentence
    assert "at the request of the person who reported it" in follower
