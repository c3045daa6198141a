import json
import shutil
import time
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


def test_asking_does_not_wait_for_the_loading(
    holder: Holder, served: ModelVersion, unread_lexicon: None
) -> None:
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
    assert holder.stand_in() == served.version


def test_what_should_serve_stands_in_for_nothing(holder: Holder, served: ModelVersion) -> None:
    assert holder.stand_in() is None
    holder.require(30)
    assert holder.stand_in() is None


def test_nobody_waits_for_a_model_whose_loading_has_failed(holder: Holder) -> None:
    ModelVersion.objects.create(version="broken", path="broken", is_serving=True, created_at=AT)
    assert not holder.has_failed()
    began = time.monotonic()
    for _ in range(2):
        with pytest.raises(NoModel, match="cannot be read"):
            holder.require(60)
    assert time.monotonic() - began < 30
    assert holder.has_failed()


def test_after_a_failure_another_version_is_waited_for(holder: Holder, served: ModelVersion) -> None:
    ModelVersion.objects.update(is_serving=False)
    broken = ModelVersion.objects.create(version="broken", path="broken", is_serving=True, created_at=AT)
    with pytest.raises(NoModel):
        holder.require(60)
    ModelVersion.objects.filter(pk=broken.pk).update(is_serving=False)
    ModelVersion.objects.filter(pk=served.pk).update(is_serving=True)
    assert holder.require(30).version == served.version
    assert not holder.has_failed()


def test_a_version_that_is_yet_to_come_is_waited_for(holder: Holder) -> None:
    began = time.monotonic()
    with pytest.raises(NoModel, match="no model has been prepared"):
        holder.require(0.5)
    assert time.monotonic() - began >= 0.5


def test_going_back_from_a_broken_version_is_well_again_at_once(holder: Holder, served: ModelVersion) -> None:
    model = holder.require(30)
    ModelVersion.objects.update(is_serving=False)
    broken = ModelVersion.objects.create(version="broken", path="broken", is_serving=True, created_at=AT)
    holder.current()
    holder.wait_for_loading(30)
    assert holder.problem() is not None
    ModelVersion.objects.filter(pk=broken.pk).update(is_serving=False)
    ModelVersion.objects.filter(pk=served.pk).update(is_serving=True)
    assert holder.current() is model
    assert holder.problem() is None


def test_going_back_to_the_version_before_takes_no_longer_than_loading_it(
    holder: Holder, served: ModelVersion, model_dir: Path, tmp_path: Path, settings: Settings
) -> None:
    """Held, given up for another one, and wanted again within the minute that a failed version has to wait."""
    holder.require(30)
    other = _another_version(served, model_dir, tmp_path)
    settings.MODELS_DIR = tmp_path
    for row in (other, served):
        ModelVersion.objects.update(is_serving=False)
        ModelVersion.objects.filter(pk=row.pk).update(is_serving=True)
        holder.current()
        holder.wait_for_loading(30)
        model = holder.current()
        assert model is not None
        assert model.version == row.version


def test_the_shadow_is_held_apart_from_what_serves(served: ModelVersion, holder: Holder) -> None:
    assert Holder("is_shadow").current() is None
    ModelVersion.objects.update(is_serving=False, is_shadow=True)
    assert holder.current() is None
    assert Holder("is_shadow").require(30).version == served.version


def _another_version(served: ModelVersion, model_dir: Path, directory: Path) -> ModelVersion:
    """The same files under another name, beside the first."""
    for name in (served.version, "another"):
        shutil.copytree(model_dir, directory / name)
    manifest = json.loads((directory / "another" / "manifest.json").read_text())
    (directory / "another" / "manifest.json").write_text(json.dumps(manifest | {"version": "another"}))
    return ModelVersion.objects.create(version="another", path="another", created_at=AT)


def test_between_checks_the_database_is_left_alone(
    served: ModelVersion, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    holder = Holder()
    holder.require(30)
    with django_assert_num_queries(0):
        assert holder.current() is not None
