"""The page that explains how requests are sorted: always there, with the figures of the model that serves."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cases.models import Prediction
from classifiers.store import serving
from classifiers.store.models import ModelVersion
from tests.cases.queries.test_learning import readings
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_process")]
MEASURED = {
    "texts": 1212,
    "accuracy": 0.8914,
    "macro_f1": 0.88,
    "coverage": 0.6,
    "precision": 0.9612,
    "legal_recall": 1.0,
    "urgency_recall": 0.95,
    "calibration_error": 0.021,
    "noncase_recall": 0.8,
}


@pytest.fixture(autouse=True)
def _forgetful():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def page(client):
    def read(language: str = "en") -> str:
        answer = client.get(reverse("portal:sorting"), headers={"Accept-Language": language})
        assert answer.status_code == 200
        return html.unescape(answer.content.decode())

    return read


@pytest.fixture
def serve():
    def make(validation: dict[str, Any], version: str = "m-1", *, is_serving: bool = True) -> None:
        ModelVersion.objects.filter(is_serving=is_serving).update(is_serving=False)
        ModelVersion.objects.create(
            version=version,
            path=version,
            manifest={"validation": validation},
            is_serving=is_serving,
            created_at=NOW,
        )

    return make


def test_says_plainly_that_no_model_serves(page, serve):
    serve(MEASURED, is_serving=False)
    said = page()
    assert "No program sorts requests at the moment. People read every report." in said
    assert "<table" not in said


def test_shows_the_figures_of_the_serving_model_with_date_and_number_of_texts(page, serve):
    serve({"texts": 5, "accuracy": 0.1}, "m-0")
    serve(MEASURED)
    said = page()
    assert "We tested the program on 1212 texts" in said.replace(",", "").replace("\u00a0", "")
    assert "17 November 2026" in said
    for percent in ("89.1 %", "88.0 %", "60.0 %", "96.1 %", "100.0 %", "95.0 %"):
        assert f"<td>{percent}</td>" in said
    assert "10.0 %" not in said
    assert said.count('<th scope="row">') == 6


def test_says_nothing_of_calibration_which_is_drawn_on_the_same_texts(page, serve):
    serve(MEASURED)
    assert "2.1 %" not in page()


def test_shows_numbers_as_the_language_writes_them(page, serve):
    serve(MEASURED)
    assert "<td>89,1 %</td>" in page("pl")


def test_a_model_that_was_never_measured_has_no_figures(page, serve):
    serve({})
    said = page()
    assert "has not been measured yet" in said
    assert "<table" not in said


@pytest.mark.parametrize("name", ["home", "privacy"])
def test_is_one_click_away(client, name):
    assert f'href="{reverse("portal:sorting")}"' in client.get(reverse(f"portal:{name}")).content.decode()


# -- when the model cannot be loaded, and in daily work ---------------------------------------------------------


def test_a_model_that_cannot_be_loaded_sorts_nothing_whatever_its_figures_were(page, serve):
    serve(MEASURED)
    assert serving.current() is None
    serving._holder.wait_for_loading(30)
    said = page()
    assert "No program sorts requests at the moment. People read every report." in said
    assert "<table" not in said


def test_an_older_model_that_goes_on_sorting_is_told_by_its_own_figures(
    page, serve, monkeypatch, serving_model
):
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN_CHECKS", 0.0)
    serving.require(30)
    serve(MEASURED, "broken")
    serving.current()
    serving._holder.wait_for_loading(30)
    said = page()
    right = 100 * serving_model.manifest["validation"]["accuracy"]
    assert f"<td>{right:.1f} %</td>" in said
    assert "<td>89.1 %</td>" not in said


def read_today(count: int, **values: Any) -> None:
    readings(count, "light", timezone.now(), first_code="light", **values)


def cells_of(said: str) -> list[str]:
    found = said.split('id="daily-work"')[1]
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td>(.*?)</td>", found)]


def test_tells_what_became_of_recent_requests_with_the_counts(page):
    read_today(57, was_routed=True)
    read_today(3, was_routed=True, was_corrected=True, decided="road.pothole")
    read_today(60, decided="light")
    assert cells_of(page()) == [
        *["50.0 % 60 of 120"] * 2,
        *["5.0 % 3 of 60"] * 2,
        *["95.2 % 60 of 63"] * 2,
    ]


def test_tells_nothing_of_a_period_with_too_few(page):
    read_today(49, was_routed=True, decided="light")
    said = page()
    assert "fewer than 50 requests in the last 90 days" in said
    assert cells_of(said) == []
    cache.clear()
    read_today(1)
    assert cells_of(page()) == ["98.0 % 49 of 50"] * 2


def test_a_period_with_too_few_beside_one_with_enough_says_so(page):
    read_today(60)
    Prediction.objects.update(created_at=timezone.now() - timedelta(days=40))
    assert cells_of(page()) == ["fewer than 50", "0.0 % 0 of 60"]


def test_daily_work_is_told_by_the_language_of_the_page(page):
    read_today(60, was_routed=True, was_corrected=True)
    assert "100,0 %" in page("pl")
