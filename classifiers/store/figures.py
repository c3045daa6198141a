"""How good the serving model is, by its own manifest: what the public page and the administrator are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery

from classifiers.store.models import DecidedExample, ModelVersion


@dataclass(frozen=True, slots=True)
class Figures:
    """A model's validation figures between 0 and 1, by name, and the number of texts; nought where none were read."""

    version: str
    made_at: datetime
    texts: int
    shares: Mapping[str, float]


def serving_figures(stand_in: str | None = None) -> Figures | None:
    """The figures of the model that serves, or of the version that stands in for it; None when there is none."""
    which = {"version": stand_in} if stand_in else {"is_serving": True}
    row = ModelVersion.objects.filter(**which).first()
    if row is None:
        return None
    measured = row.manifest.get("validation") or {}
    shares = {name: float(value) for name, value in measured.items() if name != "texts"}
    return Figures(row.version, row.created_at, int(measured.get("texts", 0)), shares)


@dataclass(frozen=True, slots=True)
class ShadowFigures:
    """What a version said in the shadow beside the one that served: numbers of texts.

    ``decided``: texts that a person decided since; ``right`` and ``served_right`` count among them.
    """

    texts: int
    agreed: int
    would_route: int
    served_route: int
    decided: int
    right: int
    served_right: int


def shadow_figures(row: ModelVersion) -> ShadowFigures | None:
    """The readings of a version in the shadow; None when it never read there."""
    decisions = DecidedExample.objects.filter(key=OuterRef("key")).values("category")
    counted = row.shadow_readings.annotate(decision=Subquery(decisions[:1])).aggregate(
        texts=Count("id"),
        agreed=Count("id", filter=Q(category=F("served_category"))),
        would_route=Count("id", filter=Q(would_route=True)),
        served_route=Count("id", filter=Q(served_route=True)),
        decided=Count("id", filter=Q(decision__isnull=False)),
        right=Count("id", filter=Q(decision=F("category"))),
        served_right=Count("id", filter=Q(decision=F("served_category"))),
    )
    return ShadowFigures(**counted) if counted["texts"] else None
