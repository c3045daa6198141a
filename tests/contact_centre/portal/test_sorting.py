"""The page that explains how requests are sorted: always there, with the figures of the model that serves."""

import html
from typing import Any

import pytest
from django.urls import reverse

from classifiers.store.models import ModelVersion
from tests.factories import NOW

pytestmark = pytest.mark.django_db
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
