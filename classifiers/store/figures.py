"""How good the serving model is, by its own manifest: what the public page and the administrator are told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from classifiers.store.models import ModelVersion


@dataclass(frozen=True, slots=True)
class Figures:
    """A model's validation figures between 0 and 1, by name, and the number of texts; nought where none were read."""

    version: str
    made_at: datetime
    texts: int
    shares: Mapping[str, float]


def serving_figures() -> Figures | None:
    """The figures of the model that serves; None when none does."""
    row = ModelVersion.objects.filter(is_serving=True).first()
    if row is None:
        return None
    measured = row.manifest.get("validation") or {}
    shares = {name: float(value) for name, value in measured.items() if name != "texts"}
    return Figures(row.version, row.created_at, int(measured.get("texts", 0)), shares)
