"""A model for today's corpus, catalogue and code: made once, learning what people decided, giving way to people."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from classifiers.material import NothingToLearn
from classifiers.store.learning import train_candidate
from classifiers.store.models import ModelVersion, Promotion, PromotionReason
from classifiers.store.promoting import promote, roll_back
from classifiers.store.services import prepare_model
from classifiers.types import Catalogue
from tests.classifiers.store.conftest import AT, LATER, decide
from tests.prepared import prepare_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_dir")]


def test_the_first_model_is_trained_and_serves(few: Catalogue) -> None:
    version = prepare_model(catalogue=few, at=AT)
    assert version.is_serving
    assert version.created_at == AT
    assert (version.directory / "manifest.json").exists()
    assert version.manifest["version"] == version.version
    promotion = Promotion.objects.get()
    assert (promotion.version, promotion.previous, promotion.promoted_by) == (version, None, None)
    assert (promotion.reason, promotion.promoted_at) == (PromotionReason.PREPARED, AT)


def test_nothing_is_trained_when_nothing_changed(few: Catalogue) -> None:
    first = prepare_once(few, AT)
    written = (first.directory / "manifest.json").stat().st_mtime_ns
    again = prepare_model(catalogue=few, at=LATER)
    assert (again.pk, again.created_at) == (first.pk, AT)
    assert (first.directory / "manifest.json").stat().st_mtime_ns == written


def test_a_changed_corpus_gives_a_new_version_that_serves_alone(few: Catalogue, corpus_file: Path) -> None:
    first = prepare_once(few, AT)
    corpus_file.write_text(corpus_file.read_text() + "\n")
    second = prepare_model(catalogue=few, at=LATER)
    assert second.version != first.version
    assert list(ModelVersion.objects.filter(is_serving=True)) == [second]


def test_a_damaged_model_is_trained_again(few: Catalogue, own_models_dir: Callable[[], Path]) -> None:
    first = prepare_once(few, AT)
    own_models_dir()
    (first.directory / "weights.npz").write_bytes(b"")
    assert prepare_model(catalogue=few, at=LATER) == first
    assert (first.directory / "weights.npz").stat().st_size > 0


def test_a_failed_training_leaves_the_old_version_serving(few: Catalogue) -> None:
    first = prepare_once(few, AT)
    with pytest.raises(NothingToLearn):
        prepare_model(catalogue=Catalogue(()), at=LATER)
    assert ModelVersion.objects.get(is_serving=True) == first


def test_the_database_refuses_a_second_serving_version(few: Catalogue) -> None:
    prepare_once(few, AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.create(version="other", path="other", is_serving=True, created_at=AT)


def test_the_first_model_has_figures_and_nothing_to_be_compared_with(few: Catalogue) -> None:
    version = prepare_model(catalogue=few, at=AT)
    assert version.report["validation"]["texts"] > 20
    assert version.report["recent"]["texts"] == 0
    assert version.verdict == {}


def test_a_new_corpus_learns_again_what_people_decided(few: Catalogue) -> None:
    for number in range(10):
        decide(number)
    version = prepare_model(catalogue=few, at=AT)
    assert version.manifest["examples"]["corrections"] == 7
    assert version.manifest["examples"]["measures"] == 1
    assert version.report["recent"]["texts"] == 2


def test_decisions_alone_replace_nothing(few: Catalogue) -> None:
    first = prepare_once(few, AT)
    decide(1)
    assert prepare_model(catalogue=few, at=LATER) == first
    assert ModelVersion.objects.count() == 1


def test_a_candidate_that_was_promoted_goes_on_serving(few: Catalogue) -> None:
    prepare_once(few, AT)
    decide(1)
    decide(2)
    candidate = train_candidate(catalogue=few, at=AT)
    promote(version=candidate.version, reason=PromotionReason.BY_PERSON, at=AT)
    assert prepare_model(catalogue=few, at=LATER) == candidate


def test_what_a_person_rolled_back_from_does_not_come_back_with_the_next_start(few: Catalogue) -> None:
    old = prepare_once(few, AT)
    smaller = Catalogue(few.categories[:2])
    prepare_model(catalogue=smaller, at=AT)
    assert roll_back(at=LATER) == old
    # The catalogue still asks for the version that was rejected.
    assert prepare_model(catalogue=smaller, at=LATER) == old
    # What changes after that is new.
    third = prepare_model(catalogue=replace(smaller, successors={"gone": "light"}), at=LATER)
    assert third.is_serving
    assert not third.is_rejected
