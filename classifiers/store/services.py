"""Making sure that there is a model for today's corpus, catalogue and code, and choosing which version serves."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from classifiers.corpus import CORPUS_DIR
from classifiers.model import BrokenModel, read_manifest
from classifiers.store.models import ModelVersion
from classifiers.training import fingerprint, train, version_of
from classifiers.types import Catalogue


def prepare_model(*, catalogue: Catalogue, at: datetime) -> ModelVersion:
    """The serving model for this corpus, catalogue and code: trained only when there is none yet, then promoted.

    Training takes about half a minute and happens outside any transaction. Raises CorpusError or NothingToLearn when
    there is nothing to train on; the version that served before then goes on serving.
    """
    corpus_dir = Path(getattr(settings, "CORPUS_DIR", None) or CORPUS_DIR)
    models_dir = Path(settings.MODELS_DIR)
    version = version_of(fingerprint(corpus_dir, catalogue))
    try:
        manifest = read_manifest(models_dir / version)
    except BrokenModel:
        train(corpus_dir, catalogue, models_dir)
        manifest = read_manifest(models_dir / version)
    return _serve(version, manifest, at)


@transaction.atomic(durable=True)
def _serve(version: str, manifest: dict[str, Any], at: datetime) -> ModelVersion:
    ModelVersion.objects.filter(is_serving=True).exclude(version=version).update(is_serving=False)
    row, _ = ModelVersion.objects.update_or_create(
        version=version,
        defaults={"path": version, "manifest": manifest, "is_serving": True},
        create_defaults={"path": version, "manifest": manifest, "is_serving": True, "created_at": at},
    )
    return row
