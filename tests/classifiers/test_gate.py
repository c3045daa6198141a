"""The gate: one candidate that passes, and for each demand one that fails this demand alone."""

import json
from dataclasses import replace

import pytest

from classifiers.gate import LARGE, LEAST_RECENT, Hearing, Verdict, compare
from classifiers.judging import Judged
from classifiers.types import NO_CASE


def texts(count: int, truth: str = "light", guess: str = "", **changes: bool) -> list[Judged]:
    """So many texts of a category; without a guess the model is right."""
    values = {"is_legal": False, "routed": False, "may_be_legal": False} | changes
    return [Judged(truth=truth, guess=guess or truth, probability=0.9, **values)] * count


LAW = texts(10, "legal.complaint", is_legal=True, may_be_legal=True)
MISSED_LAW = [replace(LAW[0], routed=True), *LAW[1:]]
# Of 100 recent decisions the candidate knows ten more than the serving model; all else is alike.
VALIDATION = [*texts(100), *texts(10, "heat"), *LAW]
SERVING = Hearing(VALIDATION, [*texts(80, routed=True), *texts(10, "bus", "light"), *LAW])
CANDIDATE = Hearing(VALIDATION, [*texts(80, routed=True), *texts(10, "bus"), *LAW])


def unmet(verdict: Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings if not finding.is_met]


def test_better_on_recent_decisions_and_nowhere_worse_passes() -> None:
    verdict = compare(CANDIDATE, SERVING)
    assert unmet(verdict) == []
    assert verdict.is_better
    recent = next(finding for finding in verdict.findings if finding.code == "RECENT")
    assert (recent.candidate, recent.serving) == (1.0, 0.9)


def test_too_few_recent_decisions_say_nothing() -> None:
    few = [
        Hearing(VALIDATION, [*texts(LEAST_RECENT - 11), *texts(10, "bus", guess)])
        for guess in ("bus", "light")
    ]
    verdict = compare(*few)
    assert unmet(verdict) == ["ENOUGH_DECISIONS"]
    assert not verdict.is_better
    enough = [Hearing(VALIDATION, [*hearing.recent, *texts(1)]) for hearing in few]
    assert compare(*enough).is_better


def test_a_model_that_is_only_as_good_is_not_better() -> None:
    assert unmet(compare(SERVING, SERVING)) == ["RECENT"]


def test_a_gain_below_a_point_is_none() -> None:
    # Four of 500 won and none lost: more than chance, less than a point.
    hearings = [Hearing(VALIDATION, [*texts(496), *texts(4, "bus", guess)]) for guess in ("bus", "light")]
    assert unmet(compare(*hearings)) == ["RECENT"]
    more = [Hearing(VALIDATION, [*texts(495), *texts(5, "bus", guess)]) for guess in ("bus", "light")]
    assert compare(*more).is_better


def test_a_gain_that_may_be_chance_is_none() -> None:
    # Nine won and six lost in a hundred: three points, but within one deviation.
    candidate = [*texts(85), *texts(9, "bus"), *texts(6, "tax", "bus")]
    serving = [*texts(85), *texts(9, "bus", "light"), *texts(6, "tax")]
    assert unmet(compare(Hearing(VALIDATION, candidate), Hearing(VALIDATION, serving))) == ["RECENT"]


def test_worse_on_the_validation_texts_is_refused() -> None:
    # A small category, so that the demand on large ones says nothing.
    worse = [*texts(100), *texts(9, "heat"), *texts(1, "heat", "bus"), *LAW]
    assert unmet(compare(replace(CANDIDATE, validation=worse), SERVING)) == ["VALIDATION"]


def test_one_more_matter_of_law_passed_on_is_refused() -> None:
    worse = [*VALIDATION[: -len(LAW)], *MISSED_LAW]
    assert unmet(compare(replace(CANDIDATE, validation=worse), SERVING)) == ["LEGAL"]


def test_one_more_recent_matter_of_law_passed_on_is_refused() -> None:
    worse = [*CANDIDATE.recent[: -len(LAW)], *MISSED_LAW]
    assert unmet(compare(replace(CANDIDATE, recent=worse), SERVING)) == ["LEGAL_RECENT"]


def test_passing_on_what_is_wrong_is_refused() -> None:
    # It knows the buses, but it passes two other texts on to the wrong place, where the serving model asked a person.
    candidate = [*texts(78, routed=True), *texts(2, "play", "heat", routed=True), *texts(10, "bus"), *LAW]
    serving = [*texts(78, routed=True), *texts(2, "play", "heat"), *texts(10, "bus", "light"), *LAW]
    assert unmet(compare(Hearing(VALIDATION, candidate), Hearing(VALIDATION, serving))) == ["ROUTED"]


def test_a_large_category_that_loses_is_refused_by_its_name() -> None:
    # Two of fifteen recent texts are lost, while ten others are won.
    def hearing(tax: list[Judged], guess: str) -> Hearing:
        return Hearing(VALIDATION, [*texts(65, routed=True), *tax, *texts(10, "bus", guess), *LAW])

    serving = hearing(texts(LARGE, "tax"), "light")
    verdict = compare(hearing([*texts(LARGE - 2, "tax"), *texts(2, "tax", "play")], "bus"), serving)
    assert unmet(verdict) == ["CATEGORY"]
    assert verdict.findings[-1].category == "tax"
    assert verdict.findings[-1].candidate == round(13 / 15, 4)
    one_lost = compare(hearing([*texts(LARGE - 1, "tax"), *texts(1, "tax", "play")], "bus"), serving)
    assert one_lost.is_better


def test_a_small_category_may_lose() -> None:
    lost = [*texts(LARGE - 3, "tax"), *texts(2, "tax", "play")]
    candidate = Hearing(VALIDATION, [*texts(66), *lost, *texts(10, "bus"), *LAW])
    serving = Hearing(VALIDATION, [*texts(66), *texts(LARGE - 1, "tax"), *texts(10, "bus", "light"), *LAW])
    assert compare(candidate, serving).is_better


def test_spam_that_is_no_longer_seen_counts_like_a_category() -> None:
    candidate = Hearing(VALIDATION, [*texts(13, NO_CASE), *texts(2, NO_CASE, "light"), *CANDIDATE.recent])
    serving = Hearing(VALIDATION, [*texts(15, NO_CASE), *SERVING.recent])
    assert unmet(compare(candidate, serving)) == ["CATEGORY"]


def test_both_have_to_hear_the_same_texts() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare(CANDIDATE, replace(SERVING, recent=SERVING.recent[1:]))


def test_the_verdict_can_be_stored() -> None:
    kept = json.loads(json.dumps(compare(SERVING, CANDIDATE).to_dict()))
    assert kept["is_better"] is False
    assert {"code": "RECENT", "is_met": False, "candidate": 0.9, "serving": 1.0, "category": ""} in kept[
        "findings"
    ]
