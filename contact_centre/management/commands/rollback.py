"""Let the version of the classifier serve again that served before."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from classifiers.store.promoting import CannotPromote, roll_back


class Command(BaseCommand):
    help = "Let the version serve again that served before; the one that serves now is rejected."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            row = roll_back(at=timezone.now())
        except CannotPromote as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"classifier {row.version} serves again")
