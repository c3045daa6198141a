"""From bytes to a settled message: store, read, decide. A crash after any step is mended by doing it again."""

import traceback
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Q, When

from cases.alone import committed_alone
from cases.queries.sql import Question, answered_together
from contact_centre.intake import addresses, copies, identity, openers, senders, signatures, store
from contact_centre.intake.fates import Fate, settle, settle_copy
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Machine, Mailbox, ParsedMail
from contact_centre.intake.models import UNSETTLED, RawChannel, RawMessage, RawState, Reason
from contact_centre.intake.notes import leave_notes
from contact_centre.intake.sms import texts
from notifications import suppression

log = structlog.get_logger(__name__)
# Trouble of ours, not of the mail: it is worth another try. IntegrityError: somebody else was quicker.
TEMPORARY: Final = (OperationalError, InterfaceError, IntegrityError, OSError)
MAX_ATTEMPTS: Final = 8
# A worker that takes longer is killed (``contact_centre.intake.tasks``); its lease ends a little later.
SECONDS: Final = 20
LEASE: Final = timedelta(seconds=SECONDS + 10)
MAX_DEATHS: Final = 3
_ERROR_LENGTH: Final = 20_000
_OF_ITS_FATE: Final = (
    "state", "reason", "settled_at", "lease_until", "evidence", "case", "case_message", "suggested_case", "defects",
)  # fmt: skip


def receive(raw: bytes, *, at: datetime) -> RawMessage:
    """Store a mail and process it; the same bytes again change nothing.

    Raises OSError or DatabaseError. A mail that was stored before the error is processed when it comes again,
    or by ``process``.
    """
    row = store.keep(raw, channel=RawChannel.MAIL, at=at, is_tried=True)
    if row.is_settled:
        return row
    # What was just written down need not be read again, unless it was kept with a line of ours in front.
    known = raw if row.is_new and row.size == len(raw) else None
    return _process(row, at, is_counted=row.is_new, raw=known)


def process(raw_id: int, *, at: datetime) -> RawMessage:
    """Settle a stored message; one that failed is tried anew, any other settled one stays as it is.

    A message that cannot be processed becomes FAILED with the traceback. Raises one of ``TEMPORARY`` where the
    trouble is ours and the message still has attempts; its row stays as far as it came.
    """
    return _process(RawMessage.objects.get(pk=raw_id), at)


def _process(
    row: RawMessage, at: datetime, *, is_counted: bool = False, raw: bytes | None = None
) -> RawMessage:
    """``is_counted``: this attempt stands in the row already. ``raw``: its bytes, where they are at hand."""
    structlog.contextvars.unbind_contextvars("case_id")
    if row.is_settled and row.state != RawState.FAILED:
        return row
    if row.attempts >= MAX_ATTEMPTS and not row.is_settled:
        return _fail(row, f"given up: the process ended in the middle {row.attempts} times", at)
    if not is_counted:
        _count_attempt(row)
    try:
        fate = _settle_text(row, at) if row.channel == RawChannel.SMS else _settle_mail(row, raw, at)
    except TEMPORARY:
        if row.attempts < MAX_ATTEMPTS:
            _give_back(row)
            raise
        return _fail(row, traceback.format_exc(), at)
    except Exception:  # noqa: BLE001 - a poisoned mail must not stop those behind it
        return _fail(row, traceback.format_exc(), at)
    return _finish(row, fate, at)


def _settle_mail(row: RawMessage, raw: bytes | None, at: datetime) -> Fate:
    mail = parse(store.read(row) if raw is None else raw)
    with addresses.read_once():
        return _decide(row, mail, at)


def _decide(row: RawMessage, mail: ParsedMail, at: datetime) -> Fate:
    # Every try writes down what the mail says of itself before it does anything.
    is_again = row.message_id != ""
    writer = identity.identity_of(mail).writer
    fields = _take_down(row, mail, writer)
    with answered_together(_questions(row, mail, writer)):
        if copies.is_reused_id(row):
            row.defects.append("reused_message_id")
        if copies.claim_key(row, fields):
            fate = settle(row, mail, at=at, is_again=is_again)
        else:
            fate = settle_copy(row, mail, at=at, is_again=is_again)
    leave_notes(row, fate, at=at)
    return fate


def _questions(row: RawMessage, mail: ParsedMail, writer: Mailbox | None) -> Iterator[Question]:
    """What the database is asked of nearly every mail; whatever else turns out to be needed is asked where it is."""
    yield copies.question_of(row)
    if mail.sender is not None:
        yield identity.question_of(mail.sender)
    yield senders.question_of(writer)
    if writer is not None and mail.machine is not Machine.BOUNCE:
        yield signatures.question_of(writer.key, row)
        yield suppression.question_of(writer.key)
        yield openers.question_of(writer.key)


def _settle_text(row: RawMessage, at: datetime) -> Fate:
    text = texts.read(store.read(row))
    _keep_sender(row, text)
    return texts.settle(row, text, at=at)


def claim(raw_id: int, *, at: datetime) -> bool:
    """Take a message for a worker that may be killed over it. False when it is settled or another worker has it.

    A lease that ran out is a worker that died: the message that ended too many is given up, and those behind it go on.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    rows = RawMessage.objects.filter(free, pk=raw_id, state__in=UNSETTLED)
    died = Case(When(lease_until__isnull=False, then=1), default=0)
    if not rows.update(lease_until=at + LEASE, deaths=F("deaths") + died):
        return False
    row = RawMessage.objects.get(pk=raw_id)
    if row.deaths >= MAX_DEATHS:
        _fail(row, f"given up: it ended its worker {row.deaths} times", at)
    return not row.is_settled


def left_over(at: datetime, limit: int = 200) -> list[int]:
    """Messages that nobody settles although they came a while ago: their process ended, or nobody was woken."""
    free = Q(lease_until__isnull=True, received_at__lt=at - LEASE) | Q(lease_until__lt=at)
    rows = RawMessage.objects.filter(free, state__in=UNSETTLED)
    return list(rows.order_by("attempts", "id").values_list("pk", flat=True)[:limit])


@committed_alone()
def _give_back(row: RawMessage) -> None:
    RawMessage.objects.filter(pk=row.pk).update(lease_until=None)


@committed_alone()
def _count_attempt(row: RawMessage) -> None:
    # Exact in the database, where it counts for the next try; of two tries at once each knows its own.
    RawMessage.objects.filter(pk=row.pk).update(attempts=F("attempts") + 1)
    row.attempts += 1


def _take_down(row: RawMessage, mail: ParsedMail, writer: Mailbox | None) -> Sequence[str]:
    """Note on the row what the mail says of itself; the fields that are to be written."""
    row.state, row.reason, row.error = RawState.PARSED, "", ""
    row.message_id = (mail.message_id or f"{row.sha256}@missing.invalid")[:255]
    row.content_digest = mail.content_digest
    row.sender = writer.key if writer else ""
    row.addressed_to = identity.own_recipients(mail)
    row.subject = mail.subject[:255]
    row.file_count = len(mail.files)
    row.defects = list(mail.defects)
    return (
        "state", "reason", "error", "message_id", "content_digest", "sender", "subject", "file_count", "defects",
        "addressed_to",
    )  # fmt: skip


@committed_alone()
def _keep_sender(row: RawMessage, text: texts.TextIn) -> None:
    """Write what the text message says of itself."""
    row.state, row.reason, row.error = RawState.PARSED, "", ""
    row.message_id, row.sender = text.external_id[:255], (text.phone or text.sender)[:254]
    row.save(update_fields=["state", "reason", "error", "message_id", "sender"])


def _finish(row: RawMessage, fate: Fate, at: datetime) -> RawMessage:
    row.state, row.reason, row.settled_at, row.lease_until = fate.state, fate.reason, at, None
    row.evidence, row.suggested_case = fate.evidence, fate.suggested
    row.case, row.case_message = fate.case, fate.message
    row.defects = [*row.defects, *fate.flags]
    with committed_alone() if fate.mailbox is None else transaction.atomic(durable=True):
        row.save(update_fields=_OF_ITS_FATE)
        if fate.mailbox is not None:
            store.note_mailbox(row, fate.mailbox)
    log.info("mail_settled", raw_id=row.pk, state=row.state, reason=row.reason, case_id=row.case_id)
    return row


@committed_alone()
def _fail(row: RawMessage, error: str, at: datetime) -> RawMessage:
    row.state, row.reason, row.settled_at, row.lease_until = RawState.FAILED, Reason.ERROR, at, None
    row.error = error[-_ERROR_LENGTH:].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    row.save(update_fields=["state", "reason", "settled_at", "lease_until", "error"])
    log.error("mail_failed", raw_id=row.pk, attempts=row.attempts)
    return row
