"""The queue of record: claimed by one, given back later each time, found again by the sweep."""

from datetime import timedelta

import pytest

from cases import work
from cases.models import EventWork
from tests.factories import NOW, make_case

pytestmark = pytest.mark.django_db
LATER = NOW + work.LEASE + timedelta(seconds=1)


@pytest.fixture
def row() -> EventWork:
    return EventWork.objects.get(event__case=make_case(), consumer="triage")


def test_one_claims_and_the_other_gets_nothing(row):
    assert work.claim(row.pk, at=NOW) == row.event
    assert work.claim(row.pk, at=NOW) is None
    row.refresh_from_db()
    assert (row.attempts, row.lease_until) == (1, NOW + work.LEASE)


def test_the_case_comes_with_the_claim(row, django_assert_num_queries):
    with django_assert_num_queries(2):
        event = work.claim(row.pk, at=NOW)
        assert event is not None
        assert event.case.status == "NEW"


def test_when_the_lease_is_over_another_may_try(row):
    work.claim(row.pk, at=NOW)
    assert work.claim(row.pk, at=NOW + work.LEASE) is None
    assert work.claim(row.pk, at=LATER) == row.event


def test_finished_work_is_gone(row):
    work.claim(row.pk, at=NOW)
    work.finish(row.pk)
    assert work.claim(row.pk, at=LATER) is None
    assert work.left_over("triage", at=LATER) == []
    work.finish(row.pk)


def test_work_that_is_not_there_is_not_claimed():
    assert work.claim(10**9, at=NOW) is None
    work.give_back(10**9, error="x", at=NOW)


def test_failed_work_waits_longer_each_time_and_an_hour_at_most(row):
    at, waits = NOW, []
    for _ in range(work.MAX_ATTEMPTS):
        assert work.claim(row.pk, at=at) == row.event
        work.give_back(row.pk, error="it broke", at=at)
        row.refresh_from_db()
        waits.append((row.available_at - at).total_seconds())
        assert work.claim(row.pk, at=at) is None
        at = row.available_at
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert max(waits) <= 3600


def test_work_is_given_up_after_the_last_attempt_but_not_forgotten(row):
    EventWork.objects.filter(pk=row.pk).update(attempts=work.MAX_ATTEMPTS, error="it broke")
    assert work.claim(row.pk, at=LATER) is None
    assert work.left_over("triage", at=LATER) == []
    assert EventWork.objects.get(pk=row.pk).error == "it broke"


def test_a_very_long_error_is_cut(row):
    work.give_back(row.pk, error="x" * 10_000, at=NOW)
    row.refresh_from_db()
    assert len(row.error) == 2000


def test_the_sweep_finds_what_nobody_holds_oldest_first(row):
    others = [EventWork.objects.get(event__case=make_case(), consumer="triage") for _ in range(3)]
    EventWork.objects.filter(pk=others[0].pk).update(available_at=NOW - timedelta(minutes=1))
    EventWork.objects.filter(pk=others[1].pk).update(available_at=NOW + timedelta(minutes=1))
    work.claim(others[2].pk, at=NOW)
    assert work.left_over("triage", at=NOW) == [others[0].pk, row.pk]
    assert work.left_over("triage", at=NOW, limit=1) == [others[0].pk]
    assert work.left_over("triage", at=LATER) == [others[0].pk, row.pk, others[2].pk, others[1].pk]


def test_each_consumer_sweeps_its_own(row):
    assert work.left_over("triage", at=NOW) == [row.pk]
    assert row.pk not in work.left_over("notifications", at=NOW)
    assert len(work.left_over("notifications", at=NOW)) == 1
