"""Celery tasks of the intake: fetch mailboxes, settle stored mails in processes that may be killed over them, and sweep
up what was left."""

from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases.waking import wake
from contact_centre.intake import process, too_large
from contact_centre.intake.imap.poll import poll
from contact_centre.intake.imap.progress import due_mailboxes
from contact_centre.intake.models import RawMessage, Reason

log = structlog.get_logger(__name__)
QUEUE: Final = "mail"


@shared_task(name="intake.poll_mailboxes", queue=QUEUE)
def poll_mailboxes() -> None:
    """Wake a worker for each mailbox whose turn it is."""
    for mailbox_id in due_mailboxes(timezone.now()):
        wake(poll_mailbox, mailbox_id)


@shared_task(name="intake.poll_mailbox", queue=QUEUE)
def poll_mailbox(mailbox_id: int) -> None:
    """Fetch one mailbox, unless another worker does."""
    poll(mailbox_id, on_stored=settle_soon)


@shared_task(name="intake.process_mail", queue=QUEUE, time_limit=process.SECONDS)
def process_mail(raw_id: int) -> None:
    """Settle one stored mail. What takes longer than the limit is killed, and tried again by the sweep."""
    at = timezone.now()
    if not process.claim(raw_id, at=at):
        return
    try:
        process.process(raw_id, at=at)
    except process.TEMPORARY as error:
        log.warning("mail_later", raw_id=raw_id, error=type(error).__name__)


@shared_task(name="intake.answer_too_large", queue=QUEUE)
def answer_too_large(raw_id: int) -> None:
    """Tell the sender of a mail that was too large. Lost with its worker: the mail waits for a person all the same."""
    too_large.answer(RawMessage.objects.get(pk=raw_id))


@shared_task(name="intake.sweep_mails", queue=QUEUE)
def sweep_mails() -> None:
    """Wake workers for mails that nobody settles."""
    for raw_id in process.left_over(timezone.now()):
        wake(process_mail, raw_id)


def settle_soon(row: RawMessage) -> None:
    """Wake a worker for a mail that was stored just now."""
    if row.reason == Reason.TOO_LARGE:
        wake(answer_too_large, row.pk)
    elif not row.is_settled:
        wake(process_mail, row.pk)
