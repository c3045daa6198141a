"""Bring everything that a version needs up to date: words, database, city, classifier, static files. Repeatable."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from contact_centre.supervisor import AlreadyRunning, only_one
from contact_centre.web.words import compile_words

FINGERPRINT = "fingerprint.txt"


class Command(BaseCommand):
    help = "Bring words, database, city, classifier and static files up to date. Refused while serving."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one(settings.VAR_DIR):
                self._prepare()
        except AlreadyRunning as error:
            raise CommandError(str(error)) from error

    def _prepare(self) -> None:
        compile_words(settings.LOCALE_PATHS[0])
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("createcachetable", verbosity=0, stdout=self.stdout)
        call_command("load_city", stdout=self.stdout)
        call_command("load_mailboxes", stdout=self.stdout)
        call_command("prepare_classifier", stdout=self.stdout)
        collect_static(Path(settings.STATIC_ROOT))


def collect_static(target: Path) -> None:
    """Collect and compress the static files, when one of them is newer, more or other than the last time."""
    wanted = fingerprint()
    stamp = target / FINGERPRINT
    if stamp.exists() and stamp.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(wanted)


def fingerprint() -> str:
    """Number, size and newest change of all static files, as one line."""
    paths = [
        Path(storage.path(name))
        for finder in get_finders()
        for name, storage in finder.list(ignore_patterns=[])
    ]
    states = [path.stat() for path in paths]
    return f"{len(states)} {sum(s.st_size for s in states)} {max((s.st_mtime_ns for s in states), default=0)}"
