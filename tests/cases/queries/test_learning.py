"""How the stream of readings changes from week to week, and what people corrected."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cases.actors import ActorKind
from cases.models import CaseEvent, EventKind, Prediction
from cases.queries.learning import CORRECTION_DAYS, Corrections, corrections_until, weeks_until
from routing.models import Category
from tests.factories import NOW, make_case

pytestmark = pytest.mark.django_db

WEEK = timedelta(weeks=1)
# NOW is the Tuesday of this week.
MONDAY = date(2026, 11, 16)


def readings(
    count: int, top: str | None, at: datetime = NOW, decided: str | None = None, **values: Any
) -> None:
    """So many readings of one category; ``decided``: what people said, "" for "no case"."""
    case = make_case()
    events = CaseEvent.objects.bulk_create(
        CaseEvent(
            case=case,
            kind=EventKind.TRIAGED,
            case_version=1,
            actor_kind=ActorKind.SYSTEM,
            occurred_at=at,
            recorded_at=at,
        )
        for _ in range(count)
    )
    suggestions = [{"code": top, "probability": 0.8, "words": []}, {"code": "bus", "probability": 0.1}]
    common = {
        "case": case,
        "model_version": "m-1",
        "language": "pl",
        "suggestions": suggestions if top else [],
        "created_at": at,
    }
    if decided is not None:
        category = Category.objects.get(code=decided) if decided else None
        common |= {"decided_category": category, "decided_at": at}
    Prediction.objects.bulk_create(Prediction(event=event, **(common | values)) for event in events)


def changes() -> list[float | None]:
    return [week.change for week in weeks_until(NOW)]


def test_without_readings_there_are_no_weeks():
    assert weeks_until(NOW) == []
    assert corrections_until(NOW) == []


def test_weeks_begin_on_monday_and_come_in_order():
    readings(1, "light")
    readings(2, "light", NOW - 2 * WEEK)
    readings(1, "light", NOW - timedelta(days=2))
    assert [(week.begins, week.readings) for week in weeks_until(NOW)] == [
        (MONDAY - 2 * WEEK, 2),
        (MONDAY - WEEK, 1),
        (MONDAY, 1),
    ]


def test_what_is_older_than_twelve_weeks_is_left_out():
    readings(1, "light", NOW - 12 * WEEK)
    readings(1, "light", NOW - 12 * WEEK - timedelta(minutes=1))
    assert [week.readings for week in weeks_until(NOW)] == [1]


def test_the_figures_of_a_week_are_shares_of_its_readings():
    readings(2, "light", was_routed=True, decided="light")
    readings(1, "light", decided="road.pothole")
    readings(1, "heat.cold", decided="")
    readings(4, "light")
    [week] = weeks_until(NOW)
    assert (week.readings, week.decided) == (8, 4)
    assert week.routed == 0.25
    assert week.corrected == 0.5
    assert week.certainty == pytest.approx(0.8)


def test_readings_without_a_suggestion_are_counted_but_have_no_certainty():
    readings(3, None)
    [week] = weeks_until(NOW)
    assert (week.readings, week.certainty, week.corrected, week.change) == (3, None, None, None)
    readings(1, "light")
    assert weeks_until(NOW)[0].certainty == pytest.approx(0.8)


def test_certainty_weighs_categories_by_their_readings():
    readings(3, "light")
    unsure = [{"code": "bus", "probability": 0.4, "words": []}]
    readings(1, "bus", suggestions=unsure)
    assert weeks_until(NOW)[0].certainty == pytest.approx((3 * 0.8 + 0.4) / 4)


def test_a_steady_stream_does_not_change():
    for week in (0, 1):
        readings(60, "light", NOW - week * WEEK)
        readings(40, "road.pothole", NOW - week * WEEK)
    assert changes() == [None, 0.0]


def test_another_stream_is_seen():
    readings(100, "light", NOW - WEEK)
    readings(50, "light")
    readings(50, "road.pothole")
    [_, change] = changes()
    assert change is not None
    assert change > 0.25


def test_a_few_readings_say_nothing_about_change():
    readings(100, "light", NOW - WEEK)
    readings(49, "road.pothole")
    assert changes() == [None, None]
    readings(1, "road.pothole")
    assert changes()[1] is not None


def test_a_week_is_compared_with_all_weeks_before():
    readings(30, "light", NOW - 2 * WEEK)
    readings(30, "light", NOW - WEEK)
    readings(60, "light")
    assert changes() == [None, None, 0.0]


def test_corrections_are_told_by_what_was_read_the_worst_first():
    readings(3, "light", decided="light")
    readings(2, "light", decided="road.pothole")
    readings(1, "light", decided="road.pavement")
    readings(4, "road.pothole", decided="light")
    readings(9, "road.manhole", decided="road.manhole")
    readings(9, "road.manhole")
    found = corrections_until(NOW)
    assert found == [
        Corrections("road.pothole", 4, 4, "light", 4),
        Corrections("light", 6, 3, "road.pothole", 2),
        Corrections("road.manhole", 9, 0, "", 0),
    ]
    assert [row.share for row in found] == [1.0, 0.5, 0.0]


def test_no_case_is_a_correction_too():
    readings(2, "light", decided="")
    assert corrections_until(NOW) == [Corrections("light", 2, 2, "", 2)]


def test_what_named_no_category_corrects_none():
    readings(2, None, decided="light")
    assert corrections_until(NOW) == []


def test_corrections_are_those_of_the_last_ninety_days():
    readings(1, "light", NOW - timedelta(days=CORRECTION_DAYS), decided="road.pothole")
    readings(1, "light", NOW - timedelta(days=CORRECTION_DAYS, minutes=1), decided="road.pothole")
    assert corrections_until(NOW) == [Corrections("light", 1, 1, "road.pothole", 1)]


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    readings(3, "light", decided="road.pothole")
    readings(3, "road.pothole", NOW - WEEK, decided="light")
    with django_assert_num_queries(1):
        weeks_until(NOW)
    with django_assert_num_queries(1):
        corrections_until(NOW)
