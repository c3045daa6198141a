"""``understand`` says what would happen to a text, in the words of the case page."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from cases.models import Case
from cases.triage import catalogue
from tests.factories import NOW
from tests.prepared import prepare_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city", "fresh_process")]

HOLE = "Dziura w jezdni na ul. Dworcowej 5, duża wyrwa w asfalcie"
COMPLAINT = "Składam skargę na urzędnika, który był niegrzeczny, na podstawie art. 227 KPA"


@pytest.fixture(autouse=True)
def model(small_city):
    return prepare_once(catalogue(), NOW)


def told(*words: str) -> str:
    out = StringIO()
    call_command("understand", *words, stdout=out)
    return out.getvalue().strip()


def test_the_last_line_tells_where_it_would_go_or_why_to_nobody():
    last = {text: told(text).splitlines()[-1] for text in (HOLE, COMPLAINT, "qwzx")}
    assert last[HOLE].startswith("Passed on to ")
    assert " because: " in last[HOLE]
    assert last[COMPLAINT].startswith("Left for a person because: ")
    assert "it may be a matter of law (" in last[COMPLAINT]
    assert last["qwzx"].startswith("Left for a person because: ")
    assert not Case.objects.exists()


def test_a_text_in_a_language_that_nobody_reads_is_marked():
    said = told("Sehr große Löcher auf unserer Straße, bitte schicken Sie jemanden, es ist gefährlich")
    assert "language  unknown, read as " in said
    assert "none of the languages that the system reads" in said.splitlines()[-1]


def test_the_words_of_a_report_are_not_shown_as_words_of_the_law():
    line = next(line for line in told(HOLE).splitlines() if line.startswith("kind"))
    assert line.startswith("kind      REPORT (")
    assert "matter of law" not in line


def test_json_has_the_outcome_too():
    plain = json.loads(told(COMPLAINT, "--json"))
    assert (plain["is_routed"], plain["is_language_known"]) == (False, True)
    assert "LEGAL" in plain["held"]
    assert plain["outcome"] == told(COMPLAINT).splitlines()[-1]
