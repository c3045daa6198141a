"""The listener itself: SMTP or LMTP by aiosmtpd, with limits on size, time and connections."""

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from django.core.exceptions import ImproperlyConfigured

from contact_centre.intake.listener.handler import Handler

log = structlog.get_logger(__name__)
IDENT: Final = "contact centre"
# A mail that came too large or with an endless line has one answer of the library; LMTP wants one per recipient.
_AFTER_DATA: Final = ("552 Error: Too much mail data", "500 Line too long")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a client may take: bytes of a mail, seconds of silence and in all, connections in all and of one host."""

    max_bytes: int
    idle_seconds: float = 60.0
    total_seconds: float = 600.0
    connections: int = 50
    per_host: int = 20


class _Limited:
    """Mixed into the library's protocol: a connection too many is told so, and none lasts for ever."""

    def __init__(self, crowd: "Crowd", terms: Terms, *args: Any, **kwargs: Any) -> None:
        # Lines longer than the RFC allows are common in real mails; the size limit holds for them as well.
        self.line_length_limit = terms.max_bytes + 1024
        self._crowd, self._terms = crowd, terms
        self._host = ""
        self._end: asyncio.TimerHandle | None = None
        super().__init__(*args, **kwargs)

    def connection_made(self, transport: Any) -> None:
        """Let the client in, once: after STARTTLS the library comes here again."""
        if self._end is None:
            self._host = str((transport.get_extra_info("peername") or [""])[0])
            self._crowd.enter(self._host)
            loop = asyncio.get_running_loop()
            self._end = loop.call_later(self._terms.total_seconds, transport.abort)
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        """The client is gone."""
        if self._end is not None:
            self._end.cancel()
            self._crowd.leave(self._host)
        super().connection_lost(error)  # type: ignore[misc]

    async def _handle_client(self) -> None:
        if self._crowd.is_full(self._host, self._terms):
            log.warning("listener_full")
            await self.push("421 4.7.0 too many connections, try again later")  # type: ignore[attr-defined]
            self.transport.close()  # type: ignore[attr-defined]
            return
        await super()._handle_client()  # type: ignore[misc]


class _Smtp(_Limited, SMTP):
    pass


class _Lmtp(_Limited, LMTP):
    async def push(self, status: Any) -> None:
        """As the library's, and as many times as there are recipients where it knows of one only."""
        if self.envelope and isinstance(status, str) and status.startswith(_AFTER_DATA):
            status = "\r\n".join([status] * len(self.envelope.rcpt_tos))
        await super().push(status)


class Crowd:
    """Who is connected."""

    def __init__(self) -> None:
        self._hosts: Counter[str] = Counter()

    def enter(self, host: str) -> None:
        """One more of this host."""
        self._hosts[host] += 1

    def leave(self, host: str) -> None:
        """One less."""
        self._hosts[host] -= 1
        self._hosts += Counter()

    def is_full(self, host: str, terms: Terms) -> bool:
        """Whether the last one that entered was one too many."""
        return self._hosts.total() > terms.connections or self._hosts[host] > terms.per_host


@asynccontextmanager
async def listening(
    handler: Handler, host: str, port: int, terms: Terms, *, is_lmtp: bool, tls: ssl.SSLContext | None
) -> AsyncIterator[asyncio.Server]:
    """A server that listens until the block ends; mails in the middle of being stored are then finished."""
    loop = asyncio.get_running_loop()
    crowd = Crowd()
    kind = _Lmtp if is_lmtp else _Smtp

    def protocol() -> Any:
        return kind(
            crowd,
            terms,
            handler,
            data_size_limit=terms.max_bytes,
            enable_SMTPUTF8=True,
            ident=IDENT,
            tls_context=tls,
            timeout=terms.idle_seconds,
            loop=loop,
        )

    server = await loop.create_server(protocol, host, port)
    try:
        yield server
    finally:
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await server.wait_closed()
        await loop.run_in_executor(None, handler.close)


def tls_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """For STARTTLS; None without a certificate. Raises ImproperlyConfigured when it cannot be used."""
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        raise ImproperlyConfigured(f"MAIL_TLS_CERTIFICATE or MAIL_TLS_KEY: {error}") from error
    return context
