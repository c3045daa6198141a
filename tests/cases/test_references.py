"""Case numbers: their form, the check digit, the year of the city."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.models import Case
from cases.models.references import is_reference, make_reference
from tests.factories import make_case


def test_a_reference_has_city_year_number_and_check_digit():
    assert make_reference(4711, 2026) == "KON-2026-004711-1"
    assert is_reference("KON-2026-004711-1")


@given(st.integers(1, 99_999_999), st.integers(2025, 2100))
def test_every_reference_is_one(number, year):
    assert is_reference(make_reference(number, year))


@given(st.integers(1, 999_999), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(number, place, shift):
    reference = make_reference(number, 2026)
    places = [n for n, letter in enumerate(reference) if letter.isdigit()]
    at = places[place]
    wrong = f"{reference[:at]}{(int(reference[at]) + shift) % 10}{reference[at + 1 :]}"
    assert not is_reference(wrong)


@given(st.integers(1, 999_999), st.integers(0, 4))
def test_two_neighbours_changed_round_are_noticed_but_for_09(number, place):
    digits = f"{number:06d}"
    pair = digits[place : place + 2]
    if len(set(pair)) == 1 or set(pair) == {"0", "9"}:
        return
    swapped = digits[:place] + pair[::-1] + digits[place + 2 :]
    check = make_reference(number, 2026)[-1]
    assert not is_reference(f"KON-2026-{swapped}-{check}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KON-2026-4711-1",
        "KON-26-004711-1",
        "kon-2026-004711-1",
        "GDA-2026-004711-1",
        "KON-2026-004711",
        "KON-2026-004711-1 ",
        "KON-2026-004711-1\n",
        "KON-2026-00471١-0",
        "KON-2026-004711-0-0",
    ],
)
def test_what_only_looks_like_a_reference_is_none(text):
    assert not is_reference(text)


@pytest.mark.django_db
def test_cases_get_numbers_one_after_the_other_and_none_twice():
    cases = [make_case() for _ in range(5)]
    assert len({case.reference for case in cases}) == 5
    assert all(is_reference(case.reference) and f"{case.pk:06d}" in case.reference for case in cases)
    assert [case.pk for case in cases] == sorted(case.pk for case in cases)


@pytest.mark.django_db
def test_the_year_of_a_reference_is_the_year_in_the_city():
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert make_case(received_at=new_year).reference.startswith("KON-2027-")


@pytest.mark.django_db
def test_the_next_number_follows_what_is_stored():
    first = make_case()
    assert make_case().pk == first.pk + 1
    assert Case.objects.count() == 2
