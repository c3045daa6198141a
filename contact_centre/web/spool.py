"""An ASGI wrapper that reads the whole request body to disk before the application sees the request.

A slow upload then occupies no thread, and a broken one never reaches the application as if it were complete.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import IO, Any

import structlog

from contact_centre.web.refusals import refusal_page

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# Each library spells the three arguments in its own types; all mean the same.
Application = Callable[[Any, Any, Any], Awaitable[None]]

logger = structlog.get_logger(__name__)

TOO_LARGE = 413
MEMORY_BYTES = 256 * 1024
CHUNK_BYTES = 256 * 1024
# So much more of a refused body is read and thrown away: a browser shows an answer only once it has sent its part.
DRAIN_TIMES = 4
DRAIN_SECONDS = 60.0


class Refused(Exception):
    """The request must not reach the application."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Disconnected(Exception):
    """The client went away before its body was complete."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request body may take: bytes in all, seconds between two pieces, seconds in all."""

    total_bytes: int
    idle_seconds: float
    total_seconds: float


class BodySpool:
    """Wraps an ASGI application; requests arrive with their full body and its true ``Content-Length``."""

    def __init__(self, app: Application, limits: Limits) -> None:
        self.app = app
        self.limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Spool, then replay. Answers 413, 408 or 400 itself; a client that left gets no answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as body:
            try:
                refuse_uncarriable(scope)
                declared = declared_length(scope)
                length = await self._spool(receive, body, declared)
            except Refused as refusal:
                logger.warning("request_body_refused", code=refusal.status, reason=refusal.reason)
                if refusal.status == TOO_LARGE and not is_waiting_for_leave(scope):
                    await self._drain(receive)
                await _answer(send, refusal.status)
            except Disconnected:
                logger.info("request_body_aborted")
            else:
                body.seek(0)
                await self.app(with_length(scope, length), replay(body, length, receive), send)

    async def _spool(self, receive: Receive, body: IO[bytes], declared: int | None) -> int:
        if declared is not None and declared > self.limits.total_bytes:
            raise Refused(TOO_LARGE, "declared too large")
        length = 0
        async for piece in self._pieces(receive):
            length += len(piece)
            if length > self.limits.total_bytes:
                raise Refused(TOO_LARGE, "too large")
            body.write(piece)
        if declared is not None and length != declared:
            raise Refused(400, "length differs from Content-Length")
        return length

    async def _drain(self, receive: Receive) -> None:
        left = DRAIN_TIMES * self.limits.total_bytes
        try:
            async with asyncio.timeout(min(DRAIN_SECONDS, self.limits.total_seconds)):
                async for piece in self._pieces(receive):
                    left -= len(piece)
                    if left < 0:
                        return
        except (TimeoutError, Refused, Disconnected):
            return

    async def _pieces(self, receive: Receive) -> AsyncIterator[bytes]:
        deadline = time.monotonic() + self.limits.total_seconds
        while True:
            patience = min(self.limits.idle_seconds, deadline - time.monotonic())
            try:
                async with asyncio.timeout(patience):
                    message = await receive()
            except TimeoutError as error:
                raise Refused(408, "too slow") from error
            if message["type"] == "http.disconnect":
                raise Disconnected
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return


def refuse_uncarriable(scope: Scope) -> None:
    """Raises ``Refused`` for what a WSGI environment could not carry: it would end as a server error there."""
    if not scope.get("query_string", b"").isascii():
        raise Refused(400, "query string is not ASCII")


def declared_length(scope: Scope) -> int | None:
    """The ``Content-Length``, or None for a chunked body. Raises ``Refused`` when it is not one number."""
    values = {value for name, value in scope["headers"] if name == b"content-length"}
    if not values:
        return None
    value = values.pop()
    if values or not value.isdigit():
        raise Refused(400, "Content-Length is not one number")
    return int(value)


def is_waiting_for_leave(scope: Scope) -> bool:
    """Whether the client sends its body only when it is told to (``Expect: 100-continue``)."""
    return (b"expect", b"100-continue") in scope["headers"]


def with_length(scope: Scope, length: int) -> Scope:
    """The scope with the true length, and without headers that WSGI would mistake for others (``X_Real_IP``)."""
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in (b"content-length", b"transfer-encoding") and b"_" not in name
    ]
    return {**scope, "headers": [*headers, (b"content-length", b"%d" % length)]}


def replay(body: IO[bytes], length: int, receive: Receive) -> Receive:
    """A ``receive`` that gives the spooled body in pieces, and afterwards what the client does."""
    left = length
    finished = False

    async def receive_again() -> Message:
        nonlocal left, finished
        if finished:
            return await receive()
        piece = body.read(CHUNK_BYTES)
        left -= len(piece)
        finished = left <= 0
        return {"type": "http.request", "body": piece, "more_body": not finished}

    return receive_again


async def _answer(send: Send, status: int) -> None:
    text = refusal_page(status)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
