"""Take mails in by SMTP or LMTP until SIGTERM."""

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from contact_centre.intake.fetching import settle_soon
from contact_centre.intake.listener.handler import Handler
from contact_centre.intake.listener.server import Terms, listening, tls_context


class Command(BaseCommand):
    help = (
        "Listen for mails by SMTP (or --lmtp). Takes mails for the city's mailboxes, reply and bounce addresses only; "
        "passes none on. A mail is acknowledged when it is stored."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.MAIL_LISTEN_HOST)
        parser.add_argument("--port", type=int, default=settings.MAIL_LISTEN_PORT or 2525)
        parser.add_argument("--lmtp", action="store_true", default=settings.MAIL_LISTEN_LMTP)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(self._listen(options["host"], options["port"], is_lmtp=options["lmtp"]))
        except (OSError, ImproperlyConfigured) as error:
            raise CommandError(f"Cannot listen on {options['host']}:{options['port']}: {error}") from error

    async def _listen(self, host: str, port: int, *, is_lmtp: bool) -> None:
        ended = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        handler = Handler(settle_soon, is_lmtp=is_lmtp)
        tls = tls_context(settings.MAIL_TLS_CERTIFICATE, settings.MAIL_TLS_KEY)
        terms = Terms(max_bytes=settings.MAIL_MAX_BYTES)
        async with listening(handler, host, port, terms, is_lmtp=is_lmtp, tls=tls) as server:
            place = server.sockets[0].getsockname()
            self.stdout.write(f"Listening for mails on {place[0]}:{place[1]}")
            self.stdout.flush()
            await ended.wait()
