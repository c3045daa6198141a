"""Which version serves and which reads in the shadow: promoting, rolling back, rejecting."""

import importlib
from datetime import datetime

from django.db import transaction

from classifiers.store.models import ModelVersion, Promotion, PromotionReason


class CannotPromote(Exception):
    """The version may not serve; the message says why."""


class NothingToRollBackTo(CannotPromote):
    """No version served before this one, or its files are gone."""


@transaction.atomic(durable=True)
def promote(
    *, version: str, reason: PromotionReason, at: datetime, user_id: int | None = None
) -> ModelVersion:
    """Let a version serve; running processes notice within seconds. Raises CannotPromote.

    What served before becomes the place to roll back to. The version that serves already is left as it is.
    """
    row = _lock(version)
    _check_files(row)
    previous = ModelVersion.objects.filter(is_serving=True).first()
    if previous != row:
        _let_serve(row, previous, reason, at, user_id)
    return row


@transaction.atomic(durable=True)
def roll_back(*, at: datetime, user_id: int | None = None, version: str | None = None) -> ModelVersion:
    """Let the version serve again that served before, and reject the one that serves now: it is never again promoted
    without a person. ``version``: the one that has to give way; asking twice rolls back once.

    Raises CannotPromote when that one does not serve any more or the one before cannot be loaded, and
    NothingToRollBackTo.
    """
    serving = ModelVersion.objects.select_for_update().filter(is_serving=True).first()
    if version is not None and (serving is None or serving.version != version):
        raise CannotPromote(f"{version} does not serve")
    previous = version_before(serving)
    if serving is None or previous is None or not previous.has_files:
        raise NothingToRollBackTo("no version with files served before this one")
    _check_files(previous)
    serving.is_rejected = True
    serving.save(update_fields=["is_rejected"])
    _let_serve(previous, serving, PromotionReason.ROLLED_BACK, at, user_id)
    return previous


@transaction.atomic(durable=True)
def read_in_shadow(*, version: str) -> ModelVersion:
    """Let a version read beside the one that serves, without effect. Raises CannotPromote for the one that serves, and
    for one that cannot be loaded.
    """
    row = _lock(version)
    if row.is_serving:
        raise CannotPromote(f"{version} serves")
    _check_files(row)
    ModelVersion.objects.filter(is_shadow=True).exclude(pk=row.pk).update(is_shadow=False)
    row.is_shadow = True
    row.save(update_fields=["is_shadow"])
    return row


@transaction.atomic(durable=True)
def leave_shadow() -> None:
    """No version reads in the shadow any more; what was recorded is kept."""
    ModelVersion.objects.filter(is_shadow=True).update(is_shadow=False)


def version_before(serving: ModelVersion | None) -> ModelVersion | None:
    """Where rolling back from a version leads, whether or not its files are there; None where nothing served before."""
    last = Promotion.objects.filter(version=serving).exclude(reason=PromotionReason.ROLLED_BACK)
    promotion = last.select_related("previous").order_by("-id").first()
    return promotion.previous if promotion else None


def _lock(version: str) -> ModelVersion:
    row = ModelVersion.objects.select_for_update().filter(version=version).first()
    if row is None:
        raise CannotPromote(f"there is no version {version}")
    return row


def _check_files(row: ModelVersion) -> None:
    if not row.has_files:
        raise CannotPromote(f"the files of {row.version} are gone")
    # Imported here: spaCy takes more than a second, and most who import this module promote nothing.
    module = importlib.import_module("classifiers.model")
    try:
        module.read_manifest(row.directory)
    except module.BrokenModel as error:
        raise CannotPromote(f"the files of {row.version} are damaged: {error}") from error


def _let_serve(
    row: ModelVersion,
    previous: ModelVersion | None,
    reason: PromotionReason,
    at: datetime,
    user_id: int | None,
) -> None:
    ModelVersion.objects.filter(is_serving=True).update(is_serving=False)
    row.is_serving, row.is_shadow = True, False
    fields = ["is_serving", "is_shadow"]
    if reason == PromotionReason.BY_PERSON:
        # A person who promotes it again takes the rejection back.
        row.is_rejected = False
        fields.append("is_rejected")
    row.save(update_fields=fields)
    Promotion.objects.create(
        version=row, previous=previous, reason=reason, promoted_by_id=user_id, promoted_at=at
    )
