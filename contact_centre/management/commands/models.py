"""List the versions of the classifier."""

from typing import Any

from django.core.management.base import BaseCommand

from classifiers.store.models import ModelVersion


class Command(BaseCommand):
    help = "List the versions of the classifier, the newest first, with what they do and how good they are."

    def handle(self, *args: Any, **options: Any) -> None:
        for row in ModelVersion.objects.order_by("-created_at", "-id"):
            self.stdout.write(self._line(row))

    def _line(self, row: ModelVersion) -> str:
        figures = row.report.get("validation", {})
        decisions = row.manifest.get("examples", {}).get("corrections", 0)
        return (
            f"{row.version:16}{_state(row):10}{row.created_at:%Y-%m-%d %H:%M}  {decisions:6} decisions"
            f"  macro F1 {figures.get('macro_f1', 0):.3f}  routed {figures.get('coverage', 0):.3f}"
        )


def _state(row: ModelVersion) -> str:
    states = (
        (row.is_serving, "serves"),
        (row.is_shadow, "shadow"),
        (row.is_rejected, "rejected"),
        (not row.has_files, "figures"),
    )
    return next((name for holds, name in states if holds), "")
