"""Figures on texts that people have judged: each against a count made by hand."""

import json

import pytest

from classifiers.corpus import SPAM, Example
from classifiers.judging import Judged, describe, judge, share
from classifiers.model import Model
from classifiers.types import NO_CASE, Catalogue


def judged(truth: str, guess: str, probability: float = 0.95, **changes: bool) -> Judged:
    values = {"is_legal": False, "routed": False, "may_be_legal": False} | changes
    return Judged(truth=truth, guess=guess, probability=probability, **values)


FIVE = [
    judged("light", "light", 0.95, routed=True),
    judged("light", "heat", 0.91, routed=True),
    judged("heat", "heat", 0.55),
    judged("legal.complaint", "legal.complaint", 0.45, is_legal=True, may_be_legal=True),
    judged("heat", "heat", 0.35, may_be_legal=True),
]


def test_shares_are_those_counted_by_hand() -> None:
    report = describe(FIVE)
    assert report["texts"] == 5
    assert report["accuracy"] == 0.8
    assert report["coverage"] == 0.4
    assert report["routed_precision"] == 0.5
    assert report["legal_recall"] == 1.0
    assert report["held_as_legal"] == 0.25


def test_precision_and_recall_by_category() -> None:
    report = describe(FIVE)
    assert report["by_category"]["light"] == {"texts": 2, "precision": 1.0, "recall": 0.5, "f1": 0.6667}
    assert report["by_category"]["heat"] == {"texts": 2, "precision": 0.6667, "recall": 1.0, "f1": 0.8}
    assert report["macro_f1"] == round((0.6667 + 0.8 + 1.0) / 3, 4)


def test_a_matter_of_law_that_would_be_passed_on_is_missed() -> None:
    law = [judged("legal.complaint", "light", is_legal=True, routed=routed) for routed in (True, False)]
    assert describe(law)["legal_recall"] == 0.5


def test_what_is_no_case_counts_as_a_text_only() -> None:
    report = describe([*FIVE, judged(NO_CASE, "light", routed=True), judged(NO_CASE, NO_CASE)])
    assert report == describe(FIVE) | {"texts": 7}


def test_a_case_that_was_taken_for_none_is_a_confusion() -> None:
    assert describe([judged("light", NO_CASE)])["confusion"] == [["light", NO_CASE, 1]]


def test_the_most_frequent_confusion_comes_first() -> None:
    wrong = [judged("light", "heat"), *[judged("heat", "bus")] * 2, judged("bus", "heat")]
    assert describe(wrong)["confusion"] == [["heat", "bus", 2], ["bus", "heat", 1], ["light", "heat", 1]]


def test_calibration_is_told_by_tenths() -> None:
    assert describe(FIVE)["calibration"] == [
        [0.35, 1.0, 1],
        [0.45, 1.0, 1],
        [0.55, 1.0, 1],
        [0.93, 0.5, 2],
    ]
    assert describe([judged("light", "light", 1.0)])["calibration"] == [[1.0, 1.0, 1]]


def test_a_higher_line_lets_fewer_pass() -> None:
    lines = {line: (passed, right) for line, passed, right in describe(FIVE)["coverage_at"]}
    assert lines[0.0] == (1.0, 0.8)
    assert lines[0.5] == (0.6, 0.6667)
    assert lines[0.95] == (0.2, 1.0)


def test_of_nothing_there_are_noughts_and_no_curves() -> None:
    report = describe([])
    assert {report[name] for name in ("texts", "accuracy", "macro_f1", "coverage", "calibration_error")} == {
        0
    }
    assert report["by_category"] == {}
    assert report["confusion"] == report["calibration"] == report["coverage_at"] == []
    assert share([]) == 0.0


def test_the_report_can_be_stored() -> None:
    assert json.loads(json.dumps(describe(FIVE))) == describe(FIVE)


def test_the_model_is_asked_in_the_order_of_the_examples(model: Model, catalogue: Catalogue) -> None:
    texts = [
        Example("Latarnia nie świeci, ciemno na ulicy", "pl", "light", "REPORT"),
        Example("Składam skargę na urzędnika", "pl", "legal.complaint", "COMPLAINT"),
        Example("You have won! Click here to claim your bitcoin bonus prize", "en", "", noncase=SPAM),
        Example("Zimne kaloryfery, brak ogrzewania", "pl", "light", "REPORT"),
    ]
    light, complaint, spam, heat = judge(model, catalogue, texts)
    assert (light.truth, light.guess, light.is_legal, light.is_right) == ("light", "light", False, True)
    assert 0.5 < light.probability <= 1
    assert (complaint.truth, complaint.is_legal, complaint.may_be_legal) == ("legal.complaint", True, True)
    assert not complaint.routed
    assert (spam.truth, spam.guess, spam.is_right, spam.routed) == (NO_CASE, NO_CASE, True, False)
    assert (heat.truth, heat.guess, heat.is_right) == ("light", "heat", False)


@pytest.mark.parametrize("text", ["", "😀", "!!!"])
def test_a_text_without_words_is_nobodys_and_passes_nowhere(
    model: Model, catalogue: Catalogue, text: str
) -> None:
    [one] = judge(model, catalogue, [Example(text, "pl", "light", "REPORT")])
    assert (one.guess, one.probability, one.routed) == (NO_CASE, 0.0, False)
