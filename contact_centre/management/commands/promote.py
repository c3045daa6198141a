"""Let a version of the classifier serve."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from classifiers.store.models import PromotionReason
from classifiers.store.promoting import CannotPromote, promote


class Command(BaseCommand):
    help = "Let a version of the classifier serve; running processes notice within seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = promote(version=options["version"], reason=PromotionReason.BY_PERSON, at=timezone.now())
        except CannotPromote as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"classifier {row.version} serves")
