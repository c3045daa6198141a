"""Training a candidate: what it learns and is compared on, when it is not trained, and what stays on the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from classifiers.store import learning
from classifiers.store.learning import (
    NothingNew,
    TrainingRuns,
    only_one_training,
    train_candidate,
)
from classifiers.store.models import ModelVersion, PromotionReason
from classifiers.store.promoting import promote
from classifiers.types import Catalogue
from tests.classifiers.store.conftest import AT, LATER, decide
from tests.model_files import write_model_files
from tests.prepared import prepare_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_dir")]

FORTY = 40


@pytest.fixture
def decided() -> None:
    """Forty decisions on a word that the corpus does not know."""
    for number in range(FORTY):
        decide(number, f"Kwaki na moście numer {number}")


def test_a_candidate_learns_the_older_decisions_and_reads_in_the_shadow(
    few: Catalogue, decided: None
) -> None:
    serving = prepare_once(Catalogue(few.categories[:2]), AT)
    candidate = train_candidate(catalogue=few, at=LATER)
    counts = candidate.manifest["examples"]
    assert (counts["corrections"], counts["measures"]) == (28, 6)
    assert candidate.report["recent"]["texts"] == 6
    assert candidate.report["validation"]["texts"] > 20
    assert (candidate.is_shadow, candidate.is_serving, candidate.created_at) == (True, False, LATER)
    assert ModelVersion.objects.get(is_serving=True) == serving


def test_it_is_compared_with_the_one_that_serves(few: Catalogue, decided: None) -> None:
    serving = prepare_once(few, AT)
    candidate = train_candidate(catalogue=few, at=LATER)
    assert candidate.verdict["against"] == serving.version
    findings = {finding["code"]: finding for finding in candidate.verdict["findings"]}
    assert (findings["ENOUGH_DECISIONS"]["candidate"], findings["ENOUGH_DECISIONS"]["is_met"]) == (6, False)
    assert findings["RECENT"]["candidate"] == 1.0
    assert findings["RECENT"]["serving"] < 1.0
    assert not candidate.is_better


def test_nothing_is_trained_when_there_is_nothing_new(few: Catalogue, decided: None) -> None:
    first = train_candidate(catalogue=few, at=AT)
    with pytest.raises(NothingNew, match=f"since {first.version}; decisions: {FORTY}"):
        train_candidate(catalogue=few, at=LATER)
    assert ModelVersion.objects.count() == 1


def test_a_decision_more_is_new(few: Catalogue) -> None:
    decide(1)
    first = train_candidate(catalogue=few, at=AT)
    decide(2)
    second = train_candidate(catalogue=few, at=LATER)
    assert second.version != first.version
    assert list(ModelVersion.objects.filter(is_shadow=True)) == [second]


def test_a_version_that_was_never_measured_is_measured(few: Catalogue) -> None:
    first = train_candidate(catalogue=few, at=AT)
    ModelVersion.objects.update(report={}, is_shadow=False)
    again = train_candidate(catalogue=few, at=LATER)
    assert (again.pk, again.created_at, again.report) == (first.pk, AT, first.report)


def test_a_serving_model_that_is_damaged_is_not_compared_with(
    few: Catalogue, decided: None, own_models_dir: Callable[[], Path]
) -> None:
    serving = prepare_once(few, AT)
    own_models_dir()
    (serving.directory / "weights.npz").write_bytes(b"")
    candidate = train_candidate(catalogue=few, at=LATER)
    assert candidate.verdict == {}
    assert not candidate.is_better
    assert candidate.report["recent"]["accuracy"] == 1.0


def test_two_do_not_train_at_once(few: Catalogue, decided: None) -> None:
    with only_one_training(), pytest.raises(TrainingRuns):
        train_candidate(catalogue=few, at=AT)
    assert not ModelVersion.objects.exists()
    assert train_candidate(catalogue=few, at=AT).is_shadow


def test_a_training_that_fails_lets_the_next_one_in(few: Catalogue) -> None:
    with pytest.raises(RuntimeError), only_one_training():
        raise RuntimeError
    assert train_candidate(catalogue=few, at=AT).report


def test_files_of_old_versions_are_deleted_but_never_of_those_in_use(
    few: Catalogue,
    own_models_dir: Callable[[], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(learning, "VERSIONS_WITH_FILES", 2)
    own = own_models_dir()
    for name in ("ancient", "before", "serving", "one", "two", "three"):
        write_model_files(own / name)
        ModelVersion.objects.create(version=name, path=name, created_at=AT)
    promote(version="before", reason=PromotionReason.PREPARED, at=AT)
    promote(version="serving", reason=PromotionReason.BY_PERSON, at=AT)
    candidate = train_candidate(catalogue=few, at=LATER)
    with_files = {row.version for row in ModelVersion.objects.all() if row.has_files}
    # The serving one, the way back from it, the shadow, and the two newest of the others.
    assert with_files == {"serving", "before", candidate.version, "two", "three"}
    assert ModelVersion.objects.count() == 7
