"""Training a candidate from corpus and decisions, and comparing it with the model that serves."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from classifiers.corpus import CORPUS_DIR, Example, in_use
from classifiers.gate import Hearing, Verdict, compare
from classifiers.judging import describe, judge
from classifiers.model import BrokenModel, load, read_manifest
from classifiers.store.examples import Split, split_by_time
from classifiers.store.models import ModelVersion
from classifiers.store.promoting import read_in_shadow, version_before
from classifiers.training import fingerprint, read_validation, train, version_of
from classifiers.types import Catalogue

#: So many versions keep their files beside those in use: enough to choose from, and the disk stays small.
VERSIONS_WITH_FILES = 6


class TrainingRuns(Exception):
    """Another process is training; two at once would take the machine from the people who work."""


class NothingNew(Exception):
    """There is nothing to learn that the model which serves does not know; the message says what is there."""


@contextmanager
def only_one_training() -> Iterator[None]:
    """Hold the directory of the models for training. Raises TrainingRuns."""
    directory = Path(settings.MODELS_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "learning.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainingRuns("another process is training") from error
        yield


def train_candidate(*, catalogue: Catalogue, at: datetime) -> ModelVersion:
    """A version trained from the corpus and the older decisions, compared with the one that serves, in the shadow.

    The newest decisions were seen by neither and decide; with the validation texts they make the report. Takes a
    minute or two, outside any transaction. Raises NothingNew, TrainingRuns, CorpusError or NothingToLearn.
    """
    with only_one_training():
        decisions = split_by_time()
        version = version_of(fingerprint(corpus_dir(), catalogue, decisions.teach, decisions.measure))
        if ModelVersion.objects.filter(version=version).exclude(report={}).exists():
            raise NothingNew(f"nothing has changed since {version}; decisions: {decisions.count}")
        ensure_trained(version, catalogue, decisions)
        row = write_down(version, catalogue, decisions, at)
        if not row.is_serving:
            read_in_shadow(version=version)
        _delete_old_files()
    row.refresh_from_db()
    return row


def corpus_dir() -> Path:
    """Where the corpus lies, with the validation texts beside it: the one that ships, or that of
    ``settings.CORPUS_DIR``."""
    return Path(getattr(settings, "CORPUS_DIR", None) or CORPUS_DIR)


def ensure_trained(version: str, catalogue: Catalogue, decisions: Split) -> dict[str, Any]:
    """The manifest of a version; it is trained when its files are missing or damaged."""
    directory = Path(settings.MODELS_DIR)
    try:
        return read_manifest(directory / version)
    except BrokenModel:
        train(corpus_dir(), catalogue, directory, decisions.teach, decisions.measure)
        return read_manifest(directory / version)


def write_down(version: str, catalogue: Catalogue, decisions: Split, at: datetime) -> ModelVersion:
    """Record a trained version with its report and the verdict beside the one that serves; a second time, anew."""
    return _record(version, _hear(version, catalogue, decisions), at)


def _hear(version: str, catalogue: Catalogue, decisions: Split) -> tuple[Hearing, Verdict | None]:
    """How the version judges both sets of texts; and the verdict, where another one serves and can be loaded."""
    validation, recent = read_validation(catalogue, corpus_dir()), in_use(decisions.recent, catalogue)
    ours = _listen(Path(settings.MODELS_DIR) / version, catalogue, validation, recent)
    serving = ModelVersion.objects.filter(is_serving=True).exclude(version=version).first()
    if serving is None:
        return ours, None
    try:
        theirs = _listen(serving.directory, catalogue, validation, recent)
    except BrokenModel:
        return ours, None
    return ours, compare(ours, theirs)


def _listen(
    directory: Path, catalogue: Catalogue, validation: Sequence[Example], recent: Sequence[Example]
) -> Hearing:
    model = load(directory)
    return Hearing(judge(model, catalogue, validation), judge(model, catalogue, recent))


@transaction.atomic(durable=True)
def _record(version: str, heard: tuple[Hearing, Verdict | None], at: datetime) -> ModelVersion:
    hearing, verdict = heard
    serving = ModelVersion.objects.filter(is_serving=True).first()
    manifest = read_manifest(Path(settings.MODELS_DIR) / version)
    values = {
        "path": version,
        "manifest": manifest,
        "base": manifest["base"],
        "report": {"validation": describe(hearing.validation), "recent": describe(hearing.recent)},
        "verdict": {**verdict.to_dict(), "against": serving.version} if verdict and serving else {},
    }
    row, _ = ModelVersion.objects.update_or_create(
        version=version, defaults=values, create_defaults={**values, "created_at": at}
    )
    return row


def _delete_old_files() -> None:
    """Keep the files of the newest versions, of the one that serves, of the one in the shadow, and of the one to which
    rolling back leads.
    """
    before = version_before(ModelVersion.objects.filter(is_serving=True).first())
    rows = ModelVersion.objects.filter(is_serving=False, is_shadow=False).order_by("-created_at", "-id")
    for row in rows[VERSIONS_WITH_FILES:]:
        if row != before and row.has_files:
            shutil.rmtree(row.directory)
