"""A small corpus with three categories, so that training takes a second; what it gives is kept for the run."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from classifiers.concepts import read_concepts
from classifiers.store import serving
from classifiers.store.examples import Decided, keep
from classifiers.store.models import DecidedExample, ModelVersion
from classifiers.store.serving import Holder
from classifiers.types import Catalogue
from tests.model_files import write_model_files
from tests.small_corpus import lay_down

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
CODES = {"road.pothole", "light", "legal.complaint"}


@pytest.fixture(scope="session")
def few(catalogue: Catalogue) -> Catalogue:
    return Catalogue(tuple(entry for entry in catalogue.categories if entry.code in CODES))


@pytest.fixture
def corpus_file(settings: Settings, tmp_path: Path) -> Path:
    """A corpus of one sentence; the words of the catalogue and the sayings teach the rest."""
    settings.CORPUS_DIR = tmp_path / "corpus"
    return lay_down(settings.CORPUS_DIR, [("Lampa nie świeci", "light")])


@pytest.fixture
def models_dir(settings: Settings, corpus_file: Path, small_models_dir: Path) -> Path:
    settings.MODELS_DIR = small_models_dir
    return small_models_dir


@pytest.fixture
def own_models_dir(settings: Settings, models_dir: Path, tmp_path: Path) -> Callable[[], Path]:
    """Moves on with a copy of all that was trained: for tests that damage or delete."""

    def copied() -> Path:
        own = tmp_path / "models"
        shutil.copytree(models_dir, own)
        settings.MODELS_DIR = own
        return own

    return copied


@pytest.fixture
def make_version(settings: Settings, tmp_path: Path) -> Callable[..., ModelVersion]:
    """Rows of versions whose files are whole but hold nothing: for tests that load nothing."""
    settings.MODELS_DIR = tmp_path / "versions"

    def made(name: str, *, days: int = 0, **values: Any) -> ModelVersion:
        write_model_files(tmp_path / "versions" / name)
        created_at = AT + timedelta(days=days)
        return ModelVersion.objects.create(version=name, path=name, created_at=created_at, **values)

    return made


@pytest.fixture
def shadow_holder(monkeypatch: pytest.MonkeyPatch) -> Holder:
    """What this process holds of the shadow: nothing yet, and it looks each time it is asked."""
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN_CHECKS", 0.0)
    monkeypatch.setattr(serving, "_shadow", Holder("is_shadow"))
    return serving._shadow


@pytest.fixture
def unread_lexicon() -> None:
    """No model of this process has been put together yet, so that loading one takes its time."""
    read_concepts.cache_clear()


def decide(
    number: int, text: str = "Kwaki na moście", category: str = "light", **changes: Any
) -> DecidedExample:
    """A decision, so many minutes after the first."""
    values: dict[str, Any] = {
        "key": f"event:{number}",
        "text": text,
        "language": "pl",
        "category": category,
        "kind": "REPORT",
        "urgency": "NORMAL",
        "noncase": "",
        "model_version": "m-1",
    }
    return keep(Decided(**(values | changes)), AT + timedelta(minutes=number))
