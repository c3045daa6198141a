"""Categories that were merged into others: where their matters go, and what may not be."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from routing.models import Category
from routing.services import category_defaults, category_successors

pytestmark = pytest.mark.django_db


def merge(code: str, into: str) -> None:
    target = Category.objects.get(code=into)
    Category.objects.filter(code=code).update(is_active=False, merged_into=target)


def retire(code: str) -> None:
    Category.objects.filter(code=code).update(is_active=False)


def test_the_starting_data_has_no_mergers():
    assert category_successors() == {}


def test_a_merged_category_has_a_successor():
    merge("road.manhole", "road.pothole")
    assert category_successors() == {"road.manhole": "road.pothole"}


def test_a_chain_ends_at_the_category_that_is_in_use():
    merge("road.manhole", "road.pavement")
    merge("road.pavement", "road.pothole")
    assert category_successors() == {"road.manhole": "road.pothole", "road.pavement": "road.pothole"}


def test_what_was_merged_into_a_retired_category_has_none():
    merge("road.manhole", "road.pothole")
    retire("road.pothole")
    assert category_successors() == {}


def test_a_circle_leads_nowhere_and_stops():
    merge("road.manhole", "road.pavement")
    merge("road.pavement", "road.pothole")
    merge("road.pothole", "road.manhole")
    merge("light", "road.manhole")
    assert category_successors() == {}


def test_a_category_merged_into_itself_leads_nowhere():
    merge("light", "light")
    assert category_successors() == {}


def test_a_merged_category_takes_no_new_cases():
    merge("road.manhole", "road.pothole")
    assert "road.manhole" not in category_defaults()


def test_the_database_refuses_a_merger_of_a_category_in_use():
    target = Category.objects.get(code="road.pothole")
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(code="light").update(merged_into=target)


def test_the_administration_says_why():
    row = Category.objects.get(code="light")
    row.merged_into = Category.objects.get(code="road.pothole")
    with translation.override("en"), pytest.raises(ValidationError, match="no longer in use"):
        row.full_clean()
    row.is_active = False
    row.full_clean()


def test_the_number_of_queries_does_not_grow(django_assert_num_queries):
    merge("road.manhole", "road.pothole")
    with django_assert_num_queries(2):
        category_successors()
