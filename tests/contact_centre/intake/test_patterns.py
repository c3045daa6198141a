"""Patterns of rules: bounded in time, size and what they look at, whatever somebody wrote (EMAIL §3)."""

import time

import pytest
from structlog.testing import capture_logs

from contact_centre.intake import patterns
from contact_centre.intake.patterns import BadPattern, BoundlessPattern, TooLargePattern, check, fits

HOSTILE = [
    r"(a+)+$",
    r"(a|aa)+$",
    r"(a|a?)+$",
    r"([a-z]+)*@",
    r"(.*a){40}",
    r"(?:a?){60}a{60}",
    r"(.*){10}(.*){10}(.*){10}x",
    r"(.{1,9}a.{1,9}b){5}z",
    r"[^@]{90}@",
]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("text", ["a" * 1_000_000 + "!", "ab" * 500_000, "żó" * 500_000])
def test_a_hostile_pattern_ends_at_once(pattern, text):
    """The standard engine needs longer than the world is old for the first of them."""
    started = time.monotonic()
    fits(pattern, text)
    assert time.monotonic() - started < 0.5


def test_only_the_beginning_of_a_text_is_looked_at():
    assert fits("end", "x" * (patterns.SEARCHED - 3) + "end")
    assert not fits("end", "x" * (patterns.SEARCHED - 2) + "end")
    assert not fits("x$", "x" * (patterns.SEARCHED + 1)), "the cut is no end"
    assert fits("x$", "x" * patterns.SEARCHED)


@pytest.mark.parametrize("pattern", ["OFERTA", "oferta", "^ofertA", "żółw", "ŻÓŁW$", "o.e[r]ta"])
def test_capital_and_small_letters_are_alike(pattern):
    assert fits(pattern, "Oferta dla ŻółW")
    assert fits(pattern, "OFERTA DLA żÓłw")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*", "(?=a)", "(?<!a)b", r"(a)\1", "a{1001}", "\\"])
def test_what_cannot_be_read_is_told_with_its_reason(pattern):
    with pytest.raises(BadPattern) as caught:
        check(pattern)
    assert type(caught.value) is BadPattern
    assert str(caught.value)


@pytest.mark.parametrize("pattern", [r"\pL{254}", "(.{30}){30}", "[^@]{300}@", "(.|a){400}b"])
def test_a_pattern_that_takes_too_much_is_refused(pattern):
    with pytest.raises(TooLargePattern):
        check(pattern)


@pytest.mark.parametrize("pattern", [".", ".*", "a*", "|x", "(?s).", "[^b]", "^", "x?"])
def test_a_pattern_that_fits_whatever_anybody_writes_is_refused(pattern):
    with pytest.raises(BoundlessPattern):
        check(pattern)


@pytest.mark.parametrize(
    "pattern", ["@spam[.]", "^[^a-z]*$", "^$", r"[0-9]{4,}@", "^.{1,5}$", r"\b(casino|bonus)\b"]
)
def test_a_pattern_that_says_something_is_taken(pattern):
    check(pattern)


def test_a_pattern_that_cannot_be_used_any_more_stops_no_mail():
    """It may have been written for another version of the engine."""
    with capture_logs() as lines:
        assert not fits("(", "(")
    assert [line["event"] for line in lines] == ["pattern_unusable"]
