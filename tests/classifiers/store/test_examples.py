"""Decisions as examples: without personal data, one for each key, split by their time."""

from datetime import timedelta

import pytest

from classifiers.corpus import CASE
from classifiers.store.examples import Decided, forget, keep, split_by_time
from classifiers.store.models import DecidedExample
from tests.classifiers.store.conftest import AT, LATER, decide

pytestmark = pytest.mark.django_db

PERSONAL = {
    "phone": ("Proszę dzwonić 600 100 200, dziura w jezdni", "600"),
    "PESEL": ("Mój PESEL to 44051401359, kiedy naprawa?", "44051401359"),
    "e-mail": ("Proszę pisać na ana.nowak@example.org, lampa nie świeci", "ana.nowak"),
}


@pytest.mark.parametrize(("text", "secret"), PERSONAL.values(), ids=PERSONAL)
def test_personal_data_is_not_kept(text: str, secret: str) -> None:
    decide(1, text)
    [kept] = DecidedExample.objects.values_list("text", flat=True)
    assert secret in text
    assert secret not in kept
    assert "[" in kept
    assert split_by_time().recent[0].text == kept


def test_what_the_model_said_is_kept_without_the_words_of_the_text() -> None:
    words = [{"text": "600100200", "start": 0, "end": 9, "share": 1.0}]
    suggestions = [{"code": code, "probability": 0.3, "words": words} for code in ("a", "b", "c")]
    row = decide(1, suggestions=suggestions, was_routed=True)
    row.refresh_from_db()
    assert row.suggestions == [{"code": code, "probability": 0.3} for code in ("a", "b", "c")]
    assert (row.model_version, row.was_routed) == ("m-1", True)


def test_a_later_decision_replaces_the_earlier_one() -> None:
    first = decide(1, category="light")
    keep(Decided("event:1", "Inny tekst", "pl", "", "", "NORMAL", "SPAM", "m-2"), LATER)
    kept = DecidedExample.objects.get()
    assert kept.pk == first.pk
    assert (kept.text, kept.category, kept.noncase, kept.decided_at) == ("Inny tekst", "", "SPAM", LATER)


def test_only_what_is_named_is_forgotten() -> None:
    for number in (1, 2, 3):
        decide(number)
    assert forget(["event:1", "event:3", "event:9"]) == 2
    assert DecidedExample.objects.get().key == "event:2"


def test_the_oldest_teach_and_the_newest_only_compare() -> None:
    # Kept in another order than they were decided in.
    for number in sorted(range(20), key=lambda n: n % 7):
        decide(number, f"Kwaki {number}")
    split = split_by_time()
    parts = [[int(e.text.split()[1]) for e in part] for part in (split.teach, split.measure, split.recent)]
    assert parts == [list(range(14)), list(range(14, 17)), [17, 18, 19]]
    assert split.count == 20


@pytest.mark.parametrize("count", range(8))
def test_no_decision_is_in_two_parts_and_none_is_lost(count: int) -> None:
    for number in range(count):
        decide(number, f"Kwaki {number}")
    split = split_by_time()
    texts = [example.text for example in (*split.teach, *split.measure, *split.recent)]
    assert texts == [f"Kwaki {number}" for number in range(count)]
    assert len(split.recent) >= min(count, 1)


def test_decisions_of_one_moment_have_an_order() -> None:
    for number in range(4):
        row = decide(number, f"Kwaki {number}")
        DecidedExample.objects.filter(pk=row.pk).update(decided_at=AT + timedelta(days=1))
    assert [e.text for e in split_by_time().teach] == ["Kwaki 0", "Kwaki 1"]


def test_an_example_says_what_the_person_said() -> None:
    decide(1, category="road.pothole", kind="REPORT", urgency="DANGER")
    decide(2, category="", kind="", noncase="SPAM")
    case, spam = (*split_by_time().teach, *split_by_time().measure, *split_by_time().recent)
    assert (case.label, case.kind, case.urgency, case.noncase) == ("road.pothole", "REPORT", "DANGER", CASE)
    assert (spam.label, spam.kind, spam.noncase) == ("", "", "SPAM")
    assert (case.language, case.batch) == ("pl", "decisions")
