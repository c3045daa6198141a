"""Terms of law by KPA art. 57, and the days on which none may end."""

from datetime import date, timedelta

import pytest

from routing.legal_days import (
    DIGITAL_ACCESSIBILITY_TERM,
    LEGAL_TERMS,
    LegalTerm,
    due_date,
    is_legal_holiday,
    is_term_end_day,
)
from routing.models import Kind

# Day of the event, term, end as counted, end as moved to a day on which a term may end.
GOLDEN = [
    ("2018-11-19", LegalTerm(days=7), "2018-11-26", "2018-11-26"),
    ("2026-09-04", LegalTerm(weeks=4), "2026-10-02", "2026-10-02"),
    ("2026-12-17", LegalTerm(days=7), "2026-12-24", "2026-12-28"),
    ("2026-03-28", LegalTerm(days=7), "2026-04-04", "2026-04-07"),
    ("2027-04-24", LegalTerm(days=7), "2027-05-01", "2027-05-04"),
    ("2026-08-08", LegalTerm(days=7), "2026-08-15", "2026-08-17"),
    ("2026-12-18", LegalTerm(days=14), "2027-01-01", "2027-01-04"),
    ("2026-11-28", LegalTerm(days=14), "2026-12-12", "2026-12-14"),
    ("2026-01-31", LegalTerm(months=1), "2026-02-28", "2026-03-02"),
    ("2028-01-31", LegalTerm(months=1), "2028-02-29", "2028-02-29"),
    ("2026-11-24", LegalTerm(months=1), "2026-12-24", "2026-12-28"),
    ("2026-10-01", LegalTerm(months=1), "2026-11-01", "2026-11-02"),
    ("2026-05-04", LegalTerm(months=1), "2026-06-04", "2026-06-05"),
    ("2026-12-31", LegalTerm(months=2), "2027-02-28", "2027-03-01"),
    ("2026-03-03", LegalTerm(months=2), "2026-05-03", "2026-05-04"),
    ("2026-09-24", LegalTerm(months=3), "2026-12-24", "2026-12-28"),
    ("2026-11-30", LegalTerm(months=3), "2027-02-28", "2027-03-01"),
    ("2027-02-28", LegalTerm(months=3), "2027-05-28", "2027-05-28"),
]

HOLIDAYS = {
    2026: "01-01 01-06 04-05 04-06 05-01 05-03 05-24 06-04 08-15 11-01 11-11 12-24 12-25 12-26",
    2027: "01-01 01-06 03-28 03-29 05-01 05-03 05-16 05-27 08-15 11-01 11-11 12-24 12-25 12-26",
}


@pytest.mark.parametrize(("start", "term", "unrolled", "due"), GOLDEN)
def test_a_term_ends_as_the_law_counts_it(start, term, unrolled, due):
    counted = due_date(date.fromisoformat(start), term)
    assert (counted.unrolled, counted.due) == (date.fromisoformat(unrolled), date.fromisoformat(due))


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_holidays_of_a_year_are_exactly_the_named_ones(year):
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    named = {date.fromisoformat(f"{year}-{day}") for day in HOLIDAYS[year].split()}
    assert {day for day in days if is_legal_holiday(day)} == named


@pytest.mark.parametrize(("year", "is_off"), [(2023, False), (2024, False), (2025, True), (2030, True)])
def test_christmas_eve_is_a_holiday_from_2025_on(year, is_off):
    assert is_legal_holiday(date(year, 12, 24)) is is_off


def test_holidays_do_not_depend_on_the_language_of_the_machine(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "uk_UA.UTF-8")
    monkeypatch.setenv("LANG", "uk_UA.UTF-8")
    assert is_legal_holiday(date(2031, 6, 12))


@pytest.mark.parametrize("day", ["2026-11-14", "2026-11-15", "2026-11-11", "2026-12-24", "2026-06-04"])
def test_no_term_ends_on_a_saturday_a_sunday_or_a_holiday(day):
    assert not is_term_end_day(date.fromisoformat(day))


def test_a_term_ends_on_an_ordinary_friday():
    assert is_term_end_day(date(2026, 11, 13))


def test_a_term_never_ends_before_it_was_counted_nor_more_than_five_days_later():
    for offset in range(730):
        start = date(2026, 1, 1) + timedelta(days=offset)
        counted = due_date(start, LegalTerm(months=1))
        assert timedelta() <= counted.due - counted.unrolled <= timedelta(days=5)
        assert is_term_end_day(counted.due)


def test_every_legal_kind_but_a_claim_has_a_term_of_law_and_no_other_kind_has_one():
    assert set(LEGAL_TERMS) == {kind.value for kind in Kind if kind.is_legal} - {Kind.CLAIM}


@pytest.mark.parametrize(
    ("kind", "term"),
    [
        ("COMPLAINT", LegalTerm(months=1)),
        ("PROPOSAL", LegalTerm(months=1)),
        ("PETITION", LegalTerm(months=3)),
        ("PUBLIC_INFO", LegalTerm(days=14)),
        ("APPLICATION", LegalTerm(months=1)),
        ("ACCESSIBILITY", LegalTerm(days=14)),
        ("GDPR", LegalTerm(months=1)),
    ],
)
def test_the_terms_are_those_of_the_acts(kind, term):
    assert LEGAL_TERMS[kind] == term
    assert LegalTerm(days=7) == DIGITAL_ACCESSIBILITY_TERM
