"""Fill the installation with a believable quarter of a year of cases."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from contact_centre.demo.lives import Lives
from contact_centre.demo.town import Town

QUARTER_DAYS = 91


class Command(BaseCommand):
    help = "Add N invented cases of the last quarter of a year. The same --seed adds the same town once only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", nargs="?", type=int, default=300)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, count: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "this is no demonstration (DEMO is off): invented cases would mix with real ones"
            )
        until = timezone.localtime()
        town = Town(seed, settings.BASE_DIR)
        lives = Lives(town, until)
        for number, at in enumerate(town.moments(count, until, QUARTER_DAYS), start=1):
            lives.tell(town.story(number, at))
            if number % 3 == 0:
                lives.call(number, at)
        self.stdout.write(
            f"{count} cases of the town with the seed {seed}, and {count // 3} calls without a case"
        )
