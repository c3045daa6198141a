"""Commands that write a page of the documentation from the code, and tell when the page is stale."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class GeneratesPage(BaseCommand):
    """``path`` is the page, ``render`` what it should hold; with ``--check`` a stale page is a CommandError."""

    requires_system_checks = ()
    path: Path
    render: Callable[[], str]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="change nothing, fail when the page is stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page = type(self).render()
        if not options["check"]:
            self.path.write_text(page, encoding="utf-8")
            self.stdout.write(f"{self.path} written")
        elif not self.path.exists() or self.path.read_text(encoding="utf-8") != page:
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"docs/{self.path.name} is stale: run ./run manage {command}")
