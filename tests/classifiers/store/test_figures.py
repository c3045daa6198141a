"""Figures from what is stored: those of the serving version, and the shadow beside it."""

from collections.abc import Callable

import pytest

from classifiers.store.figures import serving_figures, shadow_figures
from classifiers.store.models import ModelVersion, ShadowReading
from tests.classifiers.store.conftest import AT, decide

pytestmark = pytest.mark.django_db

Make = Callable[..., ModelVersion]


def read(row: ModelVersion, number: int, category: str, served: str, *routes: bool) -> None:
    would_route, served_route = routes or (False, False)
    ShadowReading.objects.create(
        version=row,
        key=f"event:{number}",
        category=category,
        probability=0.9,
        would_route=would_route,
        served_category=served,
        served_route=served_route,
        read_at=AT,
    )


def test_where_nothing_serves_there_are_no_figures(make_version: Make) -> None:
    make_version("one", manifest={"validation": {"texts": 5, "macro_f1": 0.9}})
    assert serving_figures() is None


def test_the_figures_of_the_serving_version_are_those_of_its_manifest(make_version: Make) -> None:
    make_version("one", manifest={"validation": {"texts": 5, "macro_f1": 0.9}}, is_serving=True)
    figures = serving_figures()
    assert figures is not None
    assert (figures.version, figures.made_at, figures.texts) == ("one", AT, 5)
    assert figures.shares == {"macro_f1": 0.9}


def test_where_another_version_stands_in_the_figures_are_its_own(make_version: Make) -> None:
    make_version("old", manifest={"validation": {"texts": 5, "macro_f1": 0.8}})
    make_version("broken", manifest={"validation": {"texts": 5, "macro_f1": 0.9}}, is_serving=True)
    figures = serving_figures("old")
    assert figures is not None
    assert (figures.version, figures.shares) == ("old", {"macro_f1": 0.8})


@pytest.mark.parametrize("manifest", [{}, {"validation": None}, {"validation": {}}])
def test_a_manifest_without_figures_has_noughts(make_version: Make, manifest: dict[str, object]) -> None:
    make_version("one", manifest=manifest, is_serving=True)
    figures = serving_figures()
    assert figures is not None
    assert (figures.texts, figures.shares) == (0, {})


def test_a_version_that_never_read_in_the_shadow_has_none(make_version: Make) -> None:
    read(make_version("one"), 1, "light", "light")
    assert shadow_figures(make_version("two")) is None


def test_readings_are_counted_beside_those_of_the_serving_version(make_version: Make) -> None:
    row = make_version("one")
    read(row, 1, "light", "light", True, True)
    read(row, 2, "light", "heat", True, False)
    read(row, 3, "", "heat")
    figures = shadow_figures(row)
    assert figures is not None
    assert (figures.texts, figures.agreed, figures.would_route, figures.served_route) == (3, 1, 2, 1)
    assert (figures.decided, figures.right, figures.served_right) == (0, 0, 0)


def test_what_people_decided_since_says_who_was_right(make_version: Make) -> None:
    row = make_version("one")
    for number, category, served in (
        (1, "light", "heat"),
        (2, "heat", "heat"),
        (3, "", "bus"),
        (4, "bus", "bus"),
    ):
        read(row, number, category, served)
    decide(1, category="light")
    decide(2, category="play")
    decide(3, category="", noncase="SPAM")
    decide(9, category="bus")
    figures = shadow_figures(row)
    assert figures is not None
    assert (figures.texts, figures.decided, figures.right, figures.served_right) == (4, 3, 2, 0)
