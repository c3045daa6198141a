"""Load the city's starting mailboxes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from contact_centre.intake.loading import load_mailboxes
from routing.loading import BadCityData


class Command(BaseCommand):
    help = "Load the city's mailboxes. Repeatable; never overwrites what an administrator edited."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_mailboxes(settings.CITY_DATA_DIR)
        except BadCityData as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{loaded.created} mailboxes created, {loaded.updated} fields updated")
