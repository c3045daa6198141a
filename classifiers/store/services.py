"""Making sure that there is a model for today's corpus, catalogue and code, and that it serves."""

from datetime import datetime

from classifiers.model import BrokenModel, read_manifest
from classifiers.store.examples import split_by_time
from classifiers.store.learning import corpus_dir, ensure_trained, write_down
from classifiers.store.models import ModelVersion, PromotionReason
from classifiers.store.promoting import promote
from classifiers.training import fingerprint, version_of
from classifiers.types import Catalogue


def prepare_model(*, catalogue: Catalogue, at: datetime) -> ModelVersion:
    """The serving model for this corpus, catalogue and code: trained only when there is none yet, then promoted.

    What people decided is learnt again with it. A version that learnt more since, or to which a person rolled back,
    goes on serving. Training takes about half a minute and happens outside any transaction. Raises CorpusError or
    NothingToLearn when there is nothing to train on; the version that served before then goes on serving.
    """
    base = fingerprint(corpus_dir(), catalogue)
    serving = ModelVersion.objects.filter(is_serving=True).first()
    if serving is not None and _may_stay(serving, base):
        return serving
    decisions = split_by_time()
    version = version_of(fingerprint(corpus_dir(), catalogue, decisions.teach, decisions.measure))
    ensure_trained(version, catalogue, decisions)
    write_down(version, catalogue, decisions, at)
    return promote(version=version, reason=PromotionReason.PREPARED, at=at)


def _may_stay(serving: ModelVersion, base: str) -> bool:
    was_rolled_back = ModelVersion.objects.filter(is_rejected=True, base=base).exists()
    if serving.base != base and not was_rolled_back:
        return False
    try:
        read_manifest(serving.directory)
    except BrokenModel:
        return False
    return True
