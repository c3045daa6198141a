from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from classifiers.store import serving
from classifiers.store.models import ModelVersion
from classifiers.store.serving import Holder, NoModel

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(monkeypatch: pytest.MonkeyPatch) -> Holder:
    """A holder of its own that looks at the version row each time it is asked."""
    monkeypatch.setattr(serving, "_SECONDS_BETWEEN_CHECKS", 0.0)
    return Holder()


@pytest.fixture
def served(settings: Settings, model_dir: Path) -> ModelVersion:
    settings.MODELS_DIR = model_dir.parent
    return ModelVersion.objects.create(
        version=model_dir.name, path=model_dir.name, is_serving=True, created_at=AT
    )


def test_without_a_version_there_is_no_model(holder: Holder) -> None:
    assert holder.current() is None
    with pytest.raises(NoModel, match="no model has been prepared"):
        holder.require(0)


def test_a_worker_waits_for_the_model(holder: Holder, served: ModelVersion) -> None:
    model = holder.require(30)
    assert model.version == served.version
    assert holder.problem() is None
    assert holder.current() is model


def test_asking_does_not_wait_for_the_loading(holder: Holder, served: ModelVersion) -> None:
    assert holder.current() is None
    assert holder.problem() == f"version {served.version} is being loaded"
    assert holder.require(30).version == served.version


def test_a_broken_version_keeps_the_old_model_and_says_why(holder: Holder, served: ModelVersion) -> None:
    model = holder.require(30)
    ModelVersion.objects.update(is_serving=False)
    ModelVersion.objects.create(version="broken", path="broken", is_serving=True, created_at=AT)
    assert holder.current() is model
    holder.wait_for_loading(30)
    assert holder.current() is model
    assert "cannot be read" in str(holder.problem())


def test_between_checks_the_database_is_left_alone(
    served: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    holder = Holder()
    holder.require(30)
    with django_assert_num_queries(0):
        assert holder.current() is not None
