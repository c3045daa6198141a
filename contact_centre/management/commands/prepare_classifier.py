"""Train the classifier when its corpus, its code or the catalogue changed, and let it serve."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.triage import catalogue
from classifiers.store.services import prepare_model


class Command(BaseCommand):
    help = "Train and promote the classifier if what it was trained from has changed. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        model = prepare_model(catalogue=catalogue(), at=timezone.now())
        self.stdout.write(f"classifier {model.version} serves")
