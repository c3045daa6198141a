"""From bytes to a settled message: store, read, decide. A crash after any step is mended by doing it again."""

import traceback
from datetime import datetime
from typing import Final

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F

from contact_centre.intake import store
from contact_centre.intake.fates import Fate, is_reused_id, settle
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import ParsedMail
from contact_centre.intake.models import RawChannel, RawMessage, RawState, Reason
from contact_centre.intake.notes import leave_notes

log = structlog.get_logger(__name__)
# Trouble of ours, not of the mail: it is worth another try. IntegrityError: somebody else was quicker.
TEMPORARY: Final = (OperationalError, InterfaceError, IntegrityError, OSError)
MAX_ATTEMPTS: Final = 8
_ERROR_LENGTH: Final = 20_000


def receive(raw: bytes, *, at: datetime) -> RawMessage:
    """Store a mail and process it; the same bytes again change nothing.

    Raises OSError or DatabaseError. A mail that was stored before the error is processed when it comes again,
    or by ``process``.
    """
    row = store.keep(raw, channel=RawChannel.MAIL, at=at)
    return row if row.is_settled else process(row.pk, at=at)


def process(raw_id: int, *, at: datetime) -> RawMessage:
    """Settle a stored message; one that failed is tried anew, any other settled one stays as it is.

    A message that cannot be processed becomes FAILED with the traceback. Raises one of ``TEMPORARY`` where the
    trouble is ours and the message still has attempts; its row stays as far as it came.
    """
    structlog.contextvars.unbind_contextvars("case_id")
    row = RawMessage.objects.get(pk=raw_id)
    if row.is_settled and row.state != RawState.FAILED:
        return row
    if row.attempts >= MAX_ATTEMPTS and not row.is_settled:
        return _fail(row, f"given up: the process ended in the middle {row.attempts} times", at)
    _count_attempt(row)
    try:
        mail = parse(store.read(row))
        _keep_reading(row, mail)
        fate = settle(row, mail, at=at)
        leave_notes(row, fate, at=at)
    except TEMPORARY:
        if row.attempts < MAX_ATTEMPTS:
            raise
        return _fail(row, traceback.format_exc(), at)
    except Exception:  # noqa: BLE001 - a poisoned mail must not stop those behind it
        return _fail(row, traceback.format_exc(), at)
    return _finish(row, fate, at)


@transaction.atomic(durable=True)
def _count_attempt(row: RawMessage) -> None:
    RawMessage.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    row.refresh_from_db(fields=["attempts"])


@transaction.atomic(durable=True)
def _keep_reading(row: RawMessage, mail: ParsedMail) -> None:
    """Write what the mail says of itself."""
    row.state, row.reason, row.error = RawState.PARSED, "", ""
    row.message_id = (mail.message_id or f"{row.sha256}@missing.invalid")[:255]
    row.content_digest = mail.content_digest
    row.sender = mail.sender.key if mail.sender else ""
    row.subject = mail.subject[:255]
    row.file_count = len(mail.files)
    row.defects = [*mail.defects, *(["reused_message_id"] if is_reused_id(row) else [])]
    row.save(
        update_fields=[
            "state", "reason", "error", "message_id", "content_digest", "sender", "subject", "file_count",
            "defects",
        ]
    )  # fmt: skip


@transaction.atomic(durable=True)
def _finish(row: RawMessage, fate: Fate, at: datetime) -> RawMessage:
    row.state, row.reason, row.settled_at = fate.state, fate.reason, at
    row.evidence = fate.thread.evidence if fate.thread else ""
    row.case, row.case_message, row.suggested_case = fate.case, fate.message, fate.suggested
    row.defects = [*row.defects, *fate.defects]
    row.save(
        update_fields=[
            "state", "reason", "settled_at", "evidence", "case", "case_message", "suggested_case", "defects",
        ]
    )  # fmt: skip
    log.info("mail_settled", raw_id=row.pk, state=row.state, reason=row.reason, case_id=row.case_id)
    return row


@transaction.atomic(durable=True)
def _fail(row: RawMessage, error: str, at: datetime) -> RawMessage:
    row.state, row.reason, row.settled_at = RawState.FAILED, Reason.ERROR, at
    row.error = error[-_ERROR_LENGTH:].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    row.save(update_fields=["state", "reason", "settled_at", "error"])
    log.error("mail_failed", raw_id=row.pk, attempts=row.attempts)
    return row
