"""What the listener says to each step of a hand-over. It takes mails for us alone, and never passes one on."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError
from typing import Any, Final, TypeVar

import structlog
from aiosmtpd.smtp import Envelope, Session
from django.db import close_old_connections, connections
from django.utils import timezone

from contact_centre.intake import store
from contact_centre.intake.addresses import is_ours, mailbox_of
from contact_centre.intake.mailboxes.progress import takes_no_more
from contact_centre.intake.models import Mailbox, MailSource, RawChannel, RawMessage
from contact_centre.intake.store import Arrival
from contact_centre.intake.trace import with_envelope

log = structlog.get_logger(__name__)
T = TypeVar("T")
OK: Final = "250 2.0.0 stored"
TRY_AGAIN: Final = "451 4.3.0 try again later"
NOBODY: Final = "550 5.1.1 no such mailbox here"
TOO_MANY: Final = "452 4.5.3 too many recipients"
TOO_OFTEN: Final = "451 4.7.1 the mailbox takes no more in this hour, try again later"
TOO_LARGE: Final = "552 5.3.4 larger than the mailbox takes"
MAX_RECIPIENTS: Final = 50
_LEAVE_SECONDS: Final = 5.0


class Handler:
    """Hooks of aiosmtpd. The database is asked in threads, so that one slow mail holds nobody else up."""

    def __init__(self, on_stored: Callable[[RawMessage], object], *, is_lmtp: bool, threads: int = 4) -> None:
        self._on_stored = on_stored
        self._is_lmtp = is_lmtp
        self._count = threads
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="mail")

    async def handle_RCPT(  # noqa: N802 - the names are the library's
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only what is ours, before a byte of the mail is sent."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return TOO_MANY
        try:
            refusal = await self._in_thread(lambda: _refusal(address, timezone.now()))
        except Exception:
            # Whatever is wrong with us, the sender's server must keep the mail.
            log.exception("recipient_not_checked")
            return TRY_AGAIN
        if refusal:
            log.info("recipient_refused", code=refusal[:3])
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Stored and committed, and only then acknowledged. LMTP wants an answer for each recipient."""
        answer = await self._store(envelope)
        return "\r\n".join([answer] * len(envelope.rcpt_tos)) if self._is_lmtp else answer

    async def handle_exception(self, error: Exception) -> str:
        """Trouble of the library: nothing that was not acknowledged is lost."""
        log.error("listener_failed", error=repr(error))
        return TRY_AGAIN

    def close(self) -> None:
        """End the threads once their mails are stored, each with its connection to the database."""
        together = Barrier(self._count)
        for _ in range(self._count):
            self._threads.submit(_leave, together)
        self._threads.shutdown()

    async def _store(self, envelope: Envelope) -> str:
        raw = envelope.original_content or b""
        sender = "" if envelope.mail_from in (None, "<>") else str(envelope.mail_from)
        try:
            row = await self._in_thread(lambda: _keep(raw, sender, envelope.rcpt_tos, timezone.now()))
        except Exception:
            log.exception("mail_not_stored")
            return TRY_AGAIN
        if row is None:
            return TOO_LARGE
        try:
            await self._in_thread(lambda: self._on_stored(row))
        except Exception:
            # The mail is safe, and the sweep finds it.
            log.exception("worker_not_woken_for_mail", raw_id=row.pk)
        return OK

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def run() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)


def _leave(together: Barrier) -> None:
    """A connection belongs to its thread: every thread must come here, and none twice."""
    with suppress(BrokenBarrierError):
        together.wait(timeout=_LEAVE_SECONDS)
    connections.close_all()


def _refusal(address: str, at: datetime) -> str:
    if not is_ours(address):
        return NOBODY
    return TOO_OFTEN if takes_no_more([address], at) else ""


def _keep(raw: bytes, sender: str, recipients: list[str], at: datetime) -> RawMessage | None:
    """The row of the mail; None when none of its mailboxes takes so much."""
    boxes = [box for one in recipients if (box := mailbox_of(one))]
    if boxes and all(len(raw) > box.max_bytes for box in boxes):
        return None
    first: Mailbox | None = boxes[0] if boxes else None
    arrival = Arrival(MailSource.SMTP, first, recipients=recipients)
    return store.keep(with_envelope(raw, sender, recipients), channel=RawChannel.MAIL, at=at, arrival=arrival)
