"""A classifier that serves before a test begins, as the product prepares one before anybody has decided anything."""

import fcntl
import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

from classifiers.model import file_digest
from classifiers.store import learning
from classifiers.store.examples import Split
from classifiers.store.learning import corpus_dir, ensure_trained, write_down
from classifiers.store.models import ModelVersion, PromotionReason
from classifiers.store.promoting import promote
from classifiers.training import fingerprint, version_of
from classifiers.types import Catalogue

_COLUMNS = ("version", "path", "manifest", "base", "report")
# A version is named by all that training and judging depend on, but for the module that puts the report together.
_MEASURED_BY = file_digest(Path(learning.__file__))[:12]
_NO_DECISIONS = Split((), (), ())


def prepare_once(catalogue: Catalogue, at: datetime) -> ModelVersion:
    """The version of this catalogue and of today's corpus serves.

    A test takes its row back with all others, and to train and to measure the same again for each would take seconds:
    the files stay in ``settings.MODELS_DIR``, and what was measured beside them. Workers and runs that share it do it
    once.
    """
    version = version_of(fingerprint(corpus_dir(), catalogue))
    models_dir = Path(settings.MODELS_DIR)
    row = models_dir / f"{version}-{_MEASURED_BY}.row.json"
    models_dir.mkdir(parents=True, exist_ok=True)
    with (models_dir / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_trained(version, catalogue, _NO_DECISIONS)
        if row.exists():
            ModelVersion.objects.create(**json.loads(row.read_text()), created_at=at)
        else:
            found = write_down(version, catalogue, _NO_DECISIONS, at)
            # Beside which one it stood is a matter of that test alone.
            row.write_text(json.dumps({name: getattr(found, name) for name in _COLUMNS}))
    return promote(version=version, reason=PromotionReason.PREPARED, at=at)
