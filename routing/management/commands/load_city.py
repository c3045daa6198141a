"""Load the city's starting data, and the demonstration people where the installation is a demonstration."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from routing.demo_people import load_demo_people
from routing.loading import BadCityData, load_city


class Command(BaseCommand):
    help = "Load the city's reference data. Repeatable; never overwrites what an administrator edited."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_city(settings.CITY_DATA_DIR)
        except BadCityData as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{loaded.created} rows created, {loaded.updated} fields updated, {loaded.kept} kept as edited"
        )
        if settings.DEMO:
            people = load_demo_people(settings.CITY_DATA_DIR)
            self.stdout.write(f"{len(people)} demonstration logins")
