"""Training by night: the candidate serves at once only where it may, and only when it is better."""

from pathlib import Path

import pytest

from cases.services.candidates import learn
from cases.triage import catalogue
from classifiers import gate
from classifiers.store.examples import Decided, keep
from classifiers.store.models import ModelVersion, Promotion, PromotionReason
from classifiers.store.promoting import roll_back
from tests.factories import NOW
from tests.prepared import prepare_once
from tests.small_corpus import lay_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_city")]

RIGHT = {
    "Latarnia nie świeci, lampa zgasła, ciemno na ulicy": "light",
    "Dziura w jezdni, wyrwa w asfalcie, ubytek na drodze": "road.pothole",
    "Krzywa płyta na chodniku, nierówny chodnik": "road.pavement",
}
# Whoever wrote that corpus took one for the other.
WRONG = dict(zip(RIGHT, [*list(RIGHT.values())[1:], "light"], strict=True))


@pytest.fixture
def learnt_wrongly(settings, monkeypatch) -> ModelVersion:
    """What serves knows the wrong words; since then the corpus was mended, and people decided."""
    monkeypatch.setattr(gate, "LEAST_RECENT", 6)
    write_corpus(settings.CORPUS_DIR, WRONG)
    serving = prepare_once(catalogue(), NOW)
    write_corpus(settings.CORPUS_DIR, RIGHT)
    for number in range(40):
        text, category = list(RIGHT.items())[number % 3]
        keep(Decided(f"event:{number}", text, "pl", category, "REPORT", "NORMAL", "", serving.version), NOW)
    return serving


def write_corpus(directory: Path, labels: dict[str, str]) -> None:
    lay_down(
        directory, [(f"{text} {number}", label) for text, label in labels.items() for number in range(40)]
    )


def test_a_candidate_that_passed_the_gate_serves_where_that_is_allowed(settings, learnt_wrongly):
    settings.LEARNING_AUTO_PROMOTE = True
    candidate = learn(NOW)
    assert [f["code"] for f in candidate.verdict["findings"] if not f["is_met"]] == []
    assert candidate.is_better
    assert ModelVersion.objects.get(is_serving=True) == candidate
    assert not ModelVersion.objects.filter(is_shadow=True).exists()
    promotion = Promotion.objects.order_by("-id")[0]
    assert (promotion.reason, promotion.previous) == (PromotionReason.AUTOMATIC, learnt_wrongly)
    assert roll_back(at=NOW) == learnt_wrongly


def test_else_it_waits_for_a_person(settings, learnt_wrongly):
    assert settings.LEARNING_AUTO_PROMOTE is False
    candidate = learn(NOW)
    assert candidate.is_better
    assert candidate.is_shadow
    assert ModelVersion.objects.get(is_serving=True) == learnt_wrongly


def test_a_candidate_that_did_not_pass_never_serves_by_itself(settings, learnt_wrongly, monkeypatch):
    settings.LEARNING_AUTO_PROMOTE = True
    monkeypatch.setattr(gate, "LEAST_RECENT", 50)
    candidate = learn(NOW)
    assert not candidate.is_better
    assert candidate.is_shadow
    assert ModelVersion.objects.get(is_serving=True) == learnt_wrongly


def test_one_that_has_nothing_to_be_compared_with_waits_too(settings):
    settings.LEARNING_AUTO_PROMOTE = True
    candidate = learn(NOW)
    assert (candidate.verdict, candidate.is_better, candidate.is_serving) == ({}, False, False)
