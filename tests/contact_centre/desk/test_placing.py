"""Why a case is where it is: who put it there and for which reason stands before what the machine had read."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Case
from cases.models.codes import Held
from classifiers.types import CategorySuggestion
from routing.facts import Choice, Reason
from routing.models import Department, Role
from tests.cast import staff_member
from tests.factories import make_case, make_routed_case
from tests.readings import make_machine_routed_case, read_by_machine, understanding

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
REPORT = {"category": "road.pothole", "kind": "REPORT", "urgency": "NORMAL"}


@pytest.fixture
def panel(desk):
    """The panel as the dispatcher has it on her page."""

    def read(case: Case) -> str:
        page = desk(Role.DISPATCHER).get(reverse("desk:case", args=[case.reference])).content.decode()
        part = page.split('id="reading-title">')[1].split("</section>")[0]
        return html.unescape(part)

    return read


def label(code: str) -> str:
    return Department.objects.get(code=code).label


def pk_of(code: str) -> int:
    return Department.objects.get(code=code).pk


def unsure() -> Case:
    found = understanding(categories=(CategorySuggestion("light", 0.4, ()),), is_sure=False)
    choice = Choice("zdm", (Reason("CATEGORY_DEFAULT"),))
    return read_by_machine(make_case(), found, is_routed=False, held=(Held.UNSURE,), choice=choice)


def test_the_system_says_that_it_passed_it_on_and_nothing_is_said_twice(panel):
    said = panel(make_machine_routed_case())
    assert said.count(f"The system passed it to {label('zdm')}.") == 1
    assert said.count(label("zdm")) == 1
    assert "This department looks after the category." in said
    assert "had read" not in said


def test_what_nobody_has_moved_is_left_for_a_person(panel):
    said = panel(unsure())
    assert "Left for a person, because:" in said
    assert f"Suggested: {label('zdm')}. A person decides." in said
    assert "had" not in said


def test_who_passes_it_on_stands_before_what_the_machine_had_suggested(take, panel):
    case = unsure()
    take(Role.DISPATCHER, case, "classify", **REPORT)
    take(Role.DISPATCHER, case, "route", department=pk_of("pwik"))
    said = panel(case)
    first, rest = said.split("<h3>")
    assert f"{staff_member(Role.DISPATCHER)} passed it to {label('pwik')}." in first
    assert "It had been left for a person, because:" in rest
    assert f"It had suggested: {label('zdm')}." in rest
    assert "A person decides." not in said
    assert "Left for a person" not in said


def test_who_hands_it_on_is_named_with_the_reason(take, panel):
    case = make_machine_routed_case()
    take(Role.HANDLER, case, "reassign", department=pk_of("pwik"), reason="To studzienka.")
    first, rest = panel(case).split("<h3>")
    who = staff_member(Role.HANDLER)
    assert f"{who} handed it from {label('zdm')} to {label('pwik')}." in first
    assert "To studzienka." in first
    assert f"The system had passed it to {label('zdm')}." in rest
    assert "The system passed it" not in first + rest


def test_who_returns_it_is_named_with_the_reason(take, panel):
    case = make_machine_routed_case()
    take(Role.HANDLER, case, "return", reason="Nie nasza droga.")
    first, _rest = panel(case).split("<h3>")
    assert f"{staff_member(Role.HANDLER)} returned it from {label('zdm')} to the contact centre." in first
    assert "Nie nasza droga." in first


def test_the_legal_gate_names_who_found_a_matter_of_law(take, panel):
    case = make_machine_routed_case()
    take(Role.HANDLER, case, "classify", **(REPORT | {"kind": "COMPLAINT"}))
    first, _rest = panel(case).split("<h3>")
    found = (
        f"{staff_member(Role.HANDLER)} found it to be a matter of law, so it came back from {label('zdm')}."
    )
    assert found in first


@pytest.mark.parametrize(("kept", "says"), [("zdm", "took it from"), ("pwik", "The system passed it to")])
def test_a_department_that_is_kept_away_moved_it_only_when_it_had_it(take, panel, kept, says):
    case = make_machine_routed_case()
    take(Role.HEAD, case, "exclude", user="", department=pk_of(kept), reason="Skarga na nich.")
    first = panel(case).split("<h3>")[0]
    assert says in first
    assert ("Skarga na nich." in first) == (kept == "zdm")


def test_a_case_that_nobody_has_read_still_says_who_passed_it_on(panel):
    said = panel(make_routed_case())
    assert f"{staff_member(Role.DISPATCHER)} passed it to {label('zdm')}." in said
    assert "The classifier has not read it yet." in said


def test_the_panel_asks_the_database_for_nothing_more(take, desk):
    case = make_machine_routed_case()
    client, address = desk(Role.DISPATCHER), reverse("desk:case", args=[case.reference])

    def statements() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    before = statements()
    for department in ("pwik", "zdm", "pwik"):
        take(Role.DISPATCHER, case, "reassign", department=pk_of(department), reason="X")
    assert statements() == before
