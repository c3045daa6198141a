"""What became of the machine's readings: counted by period, kept for an hour, and told only where there are enough."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache

from cases.models import Case, Prediction
from cases.queries.fates import LEAST_CASES, Share, count_fates, fates_lately
from cases.services.endings import reopen_case
from cases.states import Outcome
from routing.models import Category, Role
from tests.cases.queries.test_learning import readings
from tests.cases.services.test_learning import THEN, decide, end, unsure
from tests.factories import NOW, make_case
from tests.readings import make_machine_routed_case, read_by_machine, understanding
from tests.record import actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgetful():
    cache.clear()
    yield
    cache.clear()


def read(count: int, days_ago: int = 1, **values: Any) -> None:
    readings(count, "light", NOW - timedelta(days=days_ago), first_code="light", **values)


def was_corrected(case: Case) -> bool:
    return Prediction.objects.get(case=case).was_corrected


def test_each_period_counts_its_own():
    read(40, was_routed=True)
    read(6, was_routed=True, was_corrected=True, decided="road.pothole")
    read(14)
    read(60, days_ago=31, was_routed=True)
    read(500, days_ago=91, was_routed=True, was_corrected=True)
    month, quarter = count_fates(NOW)
    assert (month.days, month.passed_on, month.corrected) == (30, Share(46, 60), None)
    assert (quarter.days, quarter.passed_on, quarter.corrected) == (90, Share(106, 120), Share(6, 106))


def test_only_topics_that_a_person_chose_tell_whether_the_first_suggestion_was_right():
    read(45, decided="light")
    read(15, decided="road.pothole")
    # Whoever only ended the case chose nothing; spam has no topic.
    read(70, decided="light", decided_by_ending=True)
    read(70, decided="", decided_noncase="SPAM")
    assert [fates.first_chosen for fates in count_fates(NOW)] == [Share(45, 60)] * 2


def test_a_reading_without_suggestions_was_not_right():
    readings(LEAST_CASES, None, decided="light")
    assert count_fates(NOW)[0].first_chosen == Share(0, LEAST_CASES)


def test_a_share_of_too_few_cases_is_not_told():
    read(LEAST_CASES - 1, was_routed=True, decided="light")
    assert not any(fates.has_figures for fates in count_fates(NOW))
    read(1, decided="light")
    month, _ = count_fates(NOW)
    assert (month.passed_on, month.corrected) == (Share(LEAST_CASES - 1, LEAST_CASES), None)
    assert month.first_chosen == Share(LEAST_CASES, LEAST_CASES)


def test_what_was_counted_is_kept_and_costs_two_statements_once(django_assert_num_queries):
    read(60)
    with django_assert_num_queries(2):
        before = fates_lately(NOW)
    read(60)
    with django_assert_num_queries(0):
        assert fates_lately(NOW) == before
    cache.clear()
    assert fates_lately(NOW)[0].passed_on == Share(0, 120)


# -- what counts as corrected -----------------------------------------------------------------------------------


def test_another_topic_corrects_the_machine_and_stays_a_correction():
    case = decide(make_machine_routed_case(), "light")
    assert was_corrected(case)
    assert was_corrected(decide(case, "light"))


def test_the_same_topic_confirms_it():
    assert not was_corrected(decide(make_machine_routed_case(), "road.pothole"))


def test_to_confirm_the_topic_that_the_resident_chose_corrects_nobody():
    found = understanding(is_sure=False)
    case = read_by_machine(make_case(category=Category.objects.get(code="light")), found)
    assert case.predictions.get().first_code == "road.pothole"
    assert not was_corrected(decide(case, "light"))


def test_to_choose_where_the_machine_left_it_open_corrects_nobody():
    assert not was_corrected(decide(unsure(), "light"))


def test_spam_corrects_it_until_it_is_opened_again_and_ended_otherwise():
    case = end(make_machine_routed_case(), Outcome.SPAM, Role.DISPATCHER)
    assert was_corrected(case)
    reopen_case(case_id=case.pk, reason="It was none.", by=actor(Role.DISPATCHER), at=THEN)
    assert not was_corrected(end(case, Outcome.DONE, Role.DISPATCHER))


def test_ending_a_case_corrects_nobody():
    assert not was_corrected(end(make_machine_routed_case(), Outcome.DONE))


# -- readings from before ---------------------------------------------------------------------------------------


def test_readings_from_before_get_their_first_code_and_what_was_corrected():
    other, same = (
        decide(make_machine_routed_case(), "light"),
        decide(make_machine_routed_case(), "road.pothole"),
    )
    spam = end(make_machine_routed_case(), Outcome.SPAM, Role.DISPATCHER)
    ended, left = end(make_machine_routed_case(), Outcome.DONE), decide(unsure(), "light")
    bare = read_by_machine(make_case(), understanding(categories=(), is_sure=False), is_routed=False)
    Prediction.objects.update(first_code="?", was_corrected=False)
    migration = import_module("cases.migrations.0008_fates_of_predictions")
    migration.copy_first_codes(apps, None)
    migration.mark_corrected(apps, None)
    assert [case.predictions.get().first_code for case in (other, left, bare)] == ["road.pothole"] * 2 + [""]
    assert [was_corrected(case) for case in (other, same, spam, ended, left)] == [
        True,
        False,
        True,
        False,
        False,
    ]
