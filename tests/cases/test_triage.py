"""Why the machine leaves a case for a person: every reason that applies, and none where it may pass the case on."""

from dataclasses import replace
from typing import Any

import pytest

from cases import triage
from cases.actors import staff
from cases.models import Prediction
from cases.models.codes import Held
from cases.services.intake import Place
from classifiers.types import (
    UNKNOWN_LANGUAGE,
    CategorySuggestion,
    KindFinding,
    NonCaseFinding,
    PlaceFinding,
    Understanding,
)
from routing.facts import Choice, Reason
from routing.models import Category, Kind, Role, Street
from tests.cast import staff_member
from tests.factories import make_case, make_routed_case
from tests.readings import read_by_machine, understanding

pytestmark = pytest.mark.django_db


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch):
    """Triage with a model that reads what the test says."""

    def decided(case: Any, found: Understanding) -> triage.Decision:
        monkeypatch.setattr("cases.triage.serving.require", lambda _seconds: None)
        monkeypatch.setattr(triage, "understand", lambda *_args, **_more: found)
        return triage.decide(case)

    return decided


@pytest.mark.parametrize(
    ("changes", "held"),
    [
        ({}, ()),
        ({"categories": (), "is_sure": False}, (Held.NO_CATEGORY, Held.NO_DEPARTMENT)),
        ({"is_sure": False}, (Held.UNSURE,)),
        ({"kind": KindFinding("REPORT", 0.6, True, ())}, (Held.LEGAL,)),
        ({"kind": KindFinding("COMPLAINT", 0.9, True, ()), "is_sure": False}, (Held.UNSURE, Held.LEGAL)),
        ({"noncase": NonCaseFinding("SPAM", 0.9, ())}, (Held.NO_CASE,)),
        ({"language_probability": UNKNOWN_LANGUAGE}, (Held.LANGUAGE,)),
        ({"categories": (CategorySuggestion("gone.long.ago", 0.9, ()),)}, (Held.NO_DEPARTMENT,)),
    ],
)
def test_says_all_that_holds_it(decide, changes, held):
    decision = decide(make_case(), understanding(**changes))
    assert decision.held == held
    assert decision.is_routed is not bool(held)


def test_clear_words_against_the_chosen_topic_hold_it(decide):
    case = make_case(category=Category.objects.get(code="light"))
    assert decide(case, understanding()).held == (Held.OTHER_CATEGORY,)
    assert decide(case, understanding(is_sure=False)).held == ()


def test_what_is_no_case_for_the_machine_is_one_when_a_colleague_wrote_it_down(decide):
    light = Category.objects.get(code="light")
    case = make_case(by=staff(staff_member(Role.AGENT)), category=light, kind=Kind.REPORT)
    found = understanding(noncase=NonCaseFinding("SPAM", 0.9, ()))
    assert decide(case, found).held == ()


def at_house(number="5a/3", name="Dworcowa"):
    street = Street.objects.get(name=name)
    return PlaceFinding(street.pk, street.name, number, None, 4, 12)


def test_a_house_number_that_was_read_stands_beside_its_street(decide):
    case = make_case(place=Place())
    decision = decide(case, understanding(place=at_house()))
    assert (str(decision.street), decision.house_number) == ("ul. Dworcowa", "5a/3")


@pytest.mark.parametrize(
    ("address", "street_name"),
    [("ul. Dworcowa 7", ""), ("za szkołą", ""), ("", "Wodna")],
    ids=["typed number", "typed words", "other street"],
)
def test_a_house_number_that_was_read_never_joins_what_was_typed(decide, address, street_name):
    street = Street.objects.get(name=street_name) if street_name else None
    case = make_case(place=Place(address=address, street=street))
    assert decide(case, understanding(place=at_house())).house_number == ""


def test_a_place_that_was_read_is_kept_with_the_case():
    case = make_case(place=Place())
    street = Street.objects.get(name="Dworcowa")
    read_by_machine(case, street=street, house_number="5a")
    case.refresh_from_db()
    assert (case.address, case.house_number, case.read_place) == ("", "5a", "ul. Dworcowa 5a")


def test_a_colleague_who_wrote_it_down_has_read_it(decide):
    light = Category.objects.get(code="light")
    case = make_case(by=staff(staff_member(Role.AGENT)), category=light, kind=Kind.REPORT)
    assert decide(case, understanding(language_probability=UNKNOWN_LANGUAGE)).held == ()


def test_the_answers_are_not_in_a_language_that_nobody_knows():
    known, unknown = make_case(language=""), make_case(language="")
    read_by_machine(known, understanding(language="uk"))
    read_by_machine(unknown, understanding(language="uk", language_probability=UNKNOWN_LANGUAGE))
    for case, language in ((known, "uk"), (unknown, "")):
        case.refresh_from_db()
        assert (case.language, case.participants.get().language) == (language, language)


def test_the_reasons_are_kept_with_the_prediction():
    read_by_machine(make_case(), is_routed=False, held=(Held.UNSURE, Held.LEGAL))
    kept = Prediction.objects.get()
    assert kept.findings["held"] == ["UNSURE", "LEGAL"]
    assert [word["text"] for word in kept.findings["reasons"]] == ["dziura", "jezdni"]
    assert kept.was_routed is False


def test_a_person_who_was_faster_is_a_reason():
    read_by_machine(make_routed_case())
    assert Prediction.objects.get().findings["held"] == ["PERSON_FIRST"]


def test_a_department_that_is_kept_away_is_a_reason(monkeypatch):
    monkeypatch.setattr("cases.services.triage_results.is_kept_away", lambda *_: True)
    read_by_machine(make_case())
    assert Prediction.objects.get().findings["held"] == ["KEPT_AWAY"]


def test_what_is_passed_on_has_nothing_that_holds_it():
    read_by_machine(
        make_case(), replace(understanding(), reasons=()), choice=Choice("zdm", (Reason("RULE"),))
    )
    kept = Prediction.objects.get()
    assert (kept.was_routed, kept.findings["held"], kept.findings["noncase"]) == (True, [], None)
