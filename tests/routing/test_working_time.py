"""Promises in working time: closing times, clock changes, calendars that never close and that never open."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.working_time import (
    NeverOpen,
    WorkingHours,
    add_term,
    add_working_days,
    add_working_hours,
    parse_hours,
)

WARSAW = ZoneInfo("Europe/Warsaw")
WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = WorkingHours(WARSAW, parse_hours({day: [["07:30", "15:30"]] for day in WEEK}))
SPLIT = WorkingHours(WARSAW, parse_hours({day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in WEEK}))
ALWAYS = WorkingHours(
    WARSAW,
    parse_hours({day: [["00:00", "24:00"]] for day in (*WEEK, "sat", "sun")}),
    is_open_on_holidays=True,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-06-03", 1, "2026-06-05"),
        ("2026-04-30", 2, "2026-05-05"),
        ("2026-12-30", 3, "2027-01-05"),
        ("2026-11-10", 1, "2026-11-12"),
    ],
)
def test_working_days_skip_week_ends_and_holidays(start, days, end):
    for hour in ("00:00", "09:00", "23:59"):
        assert add_working_days(at(f"{start}T{hour}"), days, OFFICE) == at(f"{end}T15:30")


def test_the_day_of_receipt_is_the_day_in_the_city_and_not_in_utc():
    monday_after_midnight = datetime(2026, 11, 15, 23, 30, tzinfo=UTC)
    assert add_working_days(monday_after_midnight, 1, OFFICE) == at("2026-11-17T15:30")


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-17T09:00", 2, "2026-11-17T11:00"),
        ("2026-11-17T06:00", 2, "2026-11-17T09:30"),  # before opening
        ("2026-11-17T14:30", 2, "2026-11-18T08:30"),  # over night
        ("2026-11-20T15:00", 2, "2026-11-23T09:00"),  # over the week-end
        ("2026-11-17T07:30", 8, "2026-11-17T15:30"),  # to the minute of closing
        ("2026-11-21T12:00", 1, "2026-11-23T08:30"),  # received on a Saturday
        ("2026-12-23T15:00", 1, "2026-12-28T08:00"),  # over Christmas
        ("2026-11-17T09:00", 24, "2026-11-20T09:00"),
    ],
)
def test_office_hours_run_only_while_the_office_is_open(start, hours, end):
    assert add_working_hours(at(start), timedelta(hours=hours), OFFICE) == at(end)


def test_a_lunch_break_does_not_count():
    assert add_working_hours(at("2026-11-17T11:30"), timedelta(hours=1), SPLIT) == at("2026-11-17T13:30")
    assert add_working_days(at("2026-11-17T11:30"), 1, SPLIT) == at("2026-11-18T17:00")


def test_the_start_may_be_given_in_any_zone():
    start = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
    assert add_working_hours(start, timedelta(hours=2), OFFICE) == at("2026-11-17T11:00")


@pytest.mark.parametrize("start", ["2026-03-28T20:00", "2026-10-24T20:00", "2026-12-24T20:00"])
def test_a_calendar_that_never_closes_runs_like_a_clock_also_when_the_clock_is_changed(start):
    for hours in (1, 6, 8, 30):
        end = add_working_hours(at(start), timedelta(hours=hours), ALWAYS)
        assert end - at(start).astimezone(UTC) == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "opening", "closing"), [("2026-03-29", 6, 14), ("2026-10-25", 7, 15)])
def test_opening_hours_are_local_on_the_day_of_a_clock_change(day, opening, closing):
    sunday = WorkingHours(WARSAW, parse_hours({"sun": [["08:00", "16:00"]]}))
    ((opens, closes),) = sunday.opens_on(date.fromisoformat(day))
    assert (opens.astimezone(UTC).hour, closes.astimezone(UTC).hour) == (opening, closing)


def test_24_00_is_the_midnight_at_the_end_of_the_day():
    ((opens, closes),) = ALWAYS.opens_on(date(2026, 11, 17))
    assert (opens, closes) == (at("2026-11-17T00:00"), at("2026-11-18T00:00"))


def test_a_holiday_shuts_the_office_but_not_the_duty_service():
    assert OFFICE.opens_on(date(2026, 11, 11)) == ()
    assert ALWAYS.opens_on(date(2026, 11, 11)) != ()


def test_a_mayors_day_off_shuts_also_what_is_open_on_holidays():
    shut = WorkingHours(WARSAW, ALWAYS.spans, frozenset({date(2026, 11, 18)}), is_open_on_holidays=True)
    assert shut.opens_on(date(2026, 11, 18)) == ()
    assert add_working_days(at("2026-11-17T09:00"), 1, shut) == at("2026-11-20T00:00")


def test_calendar_days_end_with_the_last_minute_of_the_last_day():
    assert add_term(at("2026-11-17T09:00"), 3, "CALENDAR_DAYS", OFFICE) == at("2026-11-20T23:59")
    assert add_term(at("2026-03-28T09:00"), 1, "CALENDAR_DAYS", OFFICE) == at("2026-03-29T23:59")
    assert add_term(at("2026-10-24T09:00"), 1, "CALENDAR_DAYS", OFFICE) == at("2026-10-25T23:59")


def test_each_unit_is_counted_in_its_own_way():
    start = at("2026-11-17T09:00")
    assert add_term(start, 3, "OFFICE_HOURS", OFFICE) == at("2026-11-17T12:00")
    assert add_term(start, 3, "WORKING_DAYS", OFFICE) == at("2026-11-20T15:30")
    with pytest.raises(ValueError, match="FORTNIGHTS"):
        add_term(start, 1, "FORTNIGHTS", OFFICE)


def test_a_calendar_without_openings_promises_nothing():
    never = WorkingHours(WARSAW, parse_hours({}))
    with pytest.raises(NeverOpen):
        add_working_days(at("2026-11-17T09:00"), 1, never)
    with pytest.raises(NeverOpen):
        add_working_hours(at("2026-11-17T09:00"), timedelta(hours=1), never)


@pytest.mark.parametrize(
    "hours",
    [
        {"mon": [["15:30", "07:30"]]},
        {"mon": [["08:00", "08:00"]]},
        {"mon": [["08:00", "25:00"]]},
        {"mon": [["08:60", "16:00"]]},
        {"mon": [["-1:00", "16:00"]]},
        {"mon": [["eight", "16:00"]]},
        {"mon": [["08", "16:00"]]},
        {"Monday": [["08:00", "16:00"]]},
    ],
)
def test_opening_hours_that_make_no_sense_are_refused(hours):
    with pytest.raises(ValueError, match=r".+"):
        parse_hours(hours)


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2029, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_longer_promise_never_ends_earlier(start):
    ends = [add_working_hours(start, timedelta(hours=n), OFFICE) for n in range(12)]
    assert ends == sorted(ends)
    assert ends[0] >= start
    days = [add_working_days(start, n, OFFICE) for n in range(1, 5)]
    assert days == sorted(set(days))


def test_no_time_at_all_ends_at_once_also_at_the_minute_of_closing_and_else_with_the_next_opening():
    for moment in ("2026-11-17T07:30", "2026-11-17T11:11", "2026-11-17T15:30"):
        assert add_working_hours(at(moment), timedelta(), OFFICE) == at(moment)
    assert add_working_hours(at("2026-11-20T15:31"), timedelta(), OFFICE) == at("2026-11-23T07:30")


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-24 07:29", False),
        ("2026-11-24 07:30", True),
        ("2026-11-24 15:29", True),
        ("2026-11-24 15:30", False),
        ("2026-11-28 10:00", False),
        ("2026-12-24 10:00", False),
    ],
)
def test_an_office_is_open_from_its_first_minute_and_shut_from_its_last(moment, is_open):
    assert OFFICE.is_open_at(at(moment)) is is_open
    assert OFFICE.is_open_at(at(moment).astimezone(UTC)) is is_open
