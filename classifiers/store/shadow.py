"""What the version in the shadow would have said: recorded beside what the serving one said, without any effect."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import transaction

from classifiers.store import serving
from classifiers.store.models import ModelVersion, ShadowReading
from classifiers.types import Catalogue, Gazetteer, Understanding
from classifiers.understand import understand

log = structlog.get_logger(__name__)
_NOWHERE = Gazetteer((), ())


def observe(
    *,
    key: str,
    text: str,
    catalogue: Callable[[], Catalogue],
    served: Understanding,
    language_hint: str | None,
    at: datetime,
) -> None:
    """Read the text with the version in the shadow, if there is one and it is loaded, and keep what it says.

    The catalogue is asked for only then. Never raises: whatever goes wrong in the shadow is nothing to the case.
    """
    try:
        model = serving.shadow()
        if model is None:
            return
        row = ModelVersion.objects.filter(version=model.version).first()
        if row is None:
            return
        found = understand(
            text, catalogue=catalogue(), gazetteer=_NOWHERE, model=model, language_hint=language_hint
        )
        _keep(row, key, found, served, at)
    except Exception:
        log.exception("shadow_reading_failed", key=key)


@transaction.atomic
def _keep(row: ModelVersion, key: str, found: Understanding, served: Understanding, at: datetime) -> None:
    ShadowReading.objects.update_or_create(
        version=row,
        key=key,
        defaults={
            "category": _top(found),
            "probability": found.categories[0].probability if found.categories else 0.0,
            "would_route": found.is_routable,
            "served_category": _top(served),
            "served_route": served.is_routable,
            "read_at": at,
        },
    )


def _top(found: Understanding) -> str:
    return found.categories[0].code if found.categories and found.noncase is None else ""
