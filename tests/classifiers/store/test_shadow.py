"""The shadow: what another version would have said is recorded, and whatever goes wrong in it, nobody notices."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from classifiers.model import Model
from classifiers.store import serving, shadow
from classifiers.store.models import ModelVersion, ShadowReading
from classifiers.store.serving import Holder
from classifiers.types import Catalogue, Gazetteer, NonCaseFinding, Understanding
from classifiers.understand import understand
from tests.classifiers.store.conftest import AT, LATER

pytestmark = pytest.mark.django_db

TEXT = "Latarnia nie świeci, ciemno na ulicy"


@pytest.fixture
def row(settings: Settings, model_dir: Path) -> ModelVersion:
    settings.MODELS_DIR = model_dir.parent
    name = model_dir.name
    return ModelVersion.objects.create(version=name, path=name, is_shadow=True, created_at=AT)


@pytest.fixture
def loaded(row: ModelVersion, shadow_holder: Holder) -> ModelVersion:
    shadow_holder.require(30)
    return row


@pytest.fixture
def served(model: Model, catalogue: Catalogue) -> Understanding:
    """What the version that serves said: something else."""
    text = "Zimne kaloryfery, brak ogrzewania w bloku"
    return understand(text, catalogue=catalogue, gazetteer=Gazetteer((), ()), model=model)


@pytest.fixture
def observe(catalogue: Catalogue, served: Understanding) -> Callable[..., None]:
    def observed(**changes: Any) -> None:
        values: dict[str, Any] = {
            "key": "event:1",
            "text": TEXT,
            "catalogue": lambda: catalogue,
            "served": served,
        }
        shadow.observe(**(values | {"language_hint": "pl", "at": AT} | changes))

    return observed


def test_what_it_would_have_said_stands_beside_what_was_said(
    loaded: ModelVersion, observe: Callable[..., None]
) -> None:
    observe()
    reading = ShadowReading.objects.get()
    assert (reading.version, reading.key, reading.read_at) == (loaded, "event:1", AT)
    assert (reading.category, reading.served_category) == ("light", "heat")
    assert (reading.would_route, reading.served_route) == (True, True)
    assert 0.5 < reading.probability <= 1


def test_a_second_reading_replaces_the_first(loaded: ModelVersion, observe: Callable[..., None]) -> None:
    observe()
    observe(text="Dziura w jezdni", at=LATER)
    reading = ShadowReading.objects.get()
    assert (reading.category, reading.read_at) == ("road.pothole", LATER)


def test_what_is_no_case_has_no_category(
    loaded: ModelVersion, observe: Callable[..., None], served: Understanding
) -> None:
    spam = replace(served, noncase=NonCaseFinding("SPAM", 0.9, ()))
    observe(text="You have won! Click here to claim your bitcoin bonus prize", served=spam)
    reading = ShadowReading.objects.get()
    assert (reading.category, reading.served_category, reading.served_route) == ("", "", False)


def test_a_text_without_words_is_recorded_too(loaded: ModelVersion, observe: Callable[..., None]) -> None:
    observe(text="!!!")
    reading = ShadowReading.objects.get()
    assert (reading.category, reading.probability, reading.would_route) == ("", 0.0, False)


def test_without_a_shadow_nothing_is_asked_for(
    shadow_holder: Holder, observe: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never() -> Catalogue:
        raise AssertionError

    observe(catalogue=never)
    assert not ShadowReading.objects.exists()


def test_between_checks_a_process_without_a_shadow_asks_nothing_of_the_database(
    observe: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(serving, "_shadow", Holder("is_shadow"))
    observe()
    with django_assert_num_queries(0):
        observe()


def test_nobody_waits_for_the_shadow_to_be_loaded(
    row: ModelVersion, shadow_holder: Holder, unread_lexicon: None, observe: Callable[..., None]
) -> None:
    observe()
    assert not ShadowReading.objects.exists()
    shadow_holder.wait_for_loading(30)
    observe()
    assert ShadowReading.objects.count() == 1


@pytest.mark.parametrize("change", ["left", "serves", "gone"])
def test_a_version_that_left_the_shadow_reads_no_more(
    loaded: ModelVersion, observe: Callable[..., None], change: str
) -> None:
    rows = ModelVersion.objects.filter(pk=loaded.pk)
    if change == "gone":
        rows.delete()
    else:
        rows.update(is_shadow=False, is_serving=change == "serves")
    observe()
    assert not ShadowReading.objects.exists()


def test_a_broken_shadow_reads_nothing_and_raises_nothing(
    settings: Settings, tmp_path: Path, shadow_holder: Holder, observe: Callable[..., None]
) -> None:
    settings.MODELS_DIR = tmp_path
    ModelVersion.objects.create(version="broken", path="broken", is_shadow=True, created_at=AT)
    observe()
    shadow_holder.wait_for_loading(30)
    observe()
    assert "cannot be read" in str(shadow_holder.problem())
    assert not ShadowReading.objects.exists()


def test_what_goes_wrong_while_reading_is_nothing_to_the_case(
    loaded: ModelVersion, observe: Callable[..., None]
) -> None:
    def failing() -> Catalogue:
        raise RuntimeError("no catalogue")

    observe(catalogue=failing)
    observe(key="k" * 81, at=None)
    assert not ShadowReading.objects.exists()
    observe()
    assert ShadowReading.objects.count() == 1
