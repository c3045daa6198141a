"""Training candidates from what people decided. Brings spaCy with it: only the command that trains imports it."""

from datetime import datetime

import structlog
from django.conf import settings

from cases.triage import catalogue
from classifiers.store.learning import train_candidate
from classifiers.store.models import ModelVersion, PromotionReason
from classifiers.store.promoting import promote

log = structlog.get_logger(__name__)


def learn(at: datetime) -> ModelVersion:
    """Train a candidate on what is kept by now and compare it with the model that serves; it reads in the shadow.

    It is promoted when it passed the gate and ``LEARNING_AUTO_PROMOTE`` allows it; else an administrator decides.
    Takes a minute or two. Raises NothingNew, TrainingRuns, CorpusError or NothingToLearn.
    """
    candidate = train_candidate(catalogue=catalogue(), at=at)
    log.info("candidate_trained", version=candidate.version, is_better=candidate.is_better)
    if settings.LEARNING_AUTO_PROMOTE and candidate.is_better and not candidate.is_rejected:
        return promote(version=candidate.version, reason=PromotionReason.AUTOMATIC, at=at)
    return candidate
