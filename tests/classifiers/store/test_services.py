import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from classifiers.material import NothingToLearn
from classifiers.store.models import ModelVersion
from classifiers.store.services import prepare_model
from classifiers.types import Catalogue

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_corpus(settings: Settings, tmp_path: Path) -> Path:
    settings.MODELS_DIR = tmp_path / "models"
    settings.CORPUS_DIR = tmp_path / "corpus"
    (tmp_path / "corpus" / "pl").mkdir(parents=True)
    file = tmp_path / "corpus" / "pl" / "part.jsonl"
    row = {"text": "Lampa nie świeci", "label": "light", "kind": "REPORT", "urgency": "NORMAL"}
    file.write_text(json.dumps(row))
    return file


def test_the_first_model_is_trained_and_serves(catalogue: Catalogue) -> None:
    version = prepare_model(catalogue=catalogue, at=AT)
    assert version.is_serving
    assert version.created_at == AT
    assert (version.directory / "manifest.json").exists()
    assert version.manifest["version"] == version.version


def test_nothing_is_trained_when_nothing_changed(catalogue: Catalogue) -> None:
    first = prepare_model(catalogue=catalogue, at=AT)
    written = (first.directory / "manifest.json").stat().st_mtime_ns
    again = prepare_model(catalogue=catalogue, at=LATER)
    assert (again.pk, again.created_at) == (first.pk, AT)
    assert (first.directory / "manifest.json").stat().st_mtime_ns == written


def test_a_changed_corpus_gives_a_new_version_that_serves_alone(
    catalogue: Catalogue, small_corpus: Path
) -> None:
    first = prepare_model(catalogue=catalogue, at=AT)
    small_corpus.write_text(small_corpus.read_text() + "\n")
    second = prepare_model(catalogue=catalogue, at=LATER)
    assert second.version != first.version
    assert list(ModelVersion.objects.filter(is_serving=True)) == [second]


def test_a_damaged_model_is_trained_again(catalogue: Catalogue) -> None:
    first = prepare_model(catalogue=catalogue, at=AT)
    (first.directory / "weights.npz").write_bytes(b"")
    assert prepare_model(catalogue=catalogue, at=LATER) == first
    assert (first.directory / "weights.npz").stat().st_size > 0


def test_a_failed_training_leaves_the_old_version_serving(catalogue: Catalogue) -> None:
    first = prepare_model(catalogue=catalogue, at=AT)
    with pytest.raises(NothingToLearn):
        prepare_model(catalogue=Catalogue(()), at=LATER)
    assert ModelVersion.objects.get(is_serving=True) == first


def test_the_database_refuses_a_second_serving_version(catalogue: Catalogue) -> None:
    prepare_model(catalogue=catalogue, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.create(version="other", path="other", is_serving=True, created_at=AT)
