"""Celery tasks of the intake: fetch mailboxes, settle stored mails, and sweep up what was left."""

from datetime import timedelta
from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases.waking import wake
from contact_centre.intake import too_large
from contact_centre.intake.imap.poll import poll
from contact_centre.intake.imap.progress import due_mailboxes
from contact_centre.intake.models import UNSETTLED, RawMessage, Reason
from contact_centre.intake.process import TEMPORARY, process

log = structlog.get_logger(__name__)
QUEUE: Final = "mail"
# Longer than a mail takes: a sweep does not meet the worker that was woken first.
_PATIENCE: Final = timedelta(seconds=30)
_AT_ONCE: Final = 200


@shared_task(name="intake.poll_mailboxes", queue=QUEUE)
def poll_mailboxes() -> None:
    """Wake a worker for each mailbox whose turn it is."""
    for mailbox_id in due_mailboxes(timezone.now()):
        wake(poll_mailbox, mailbox_id)


@shared_task(name="intake.poll_mailbox", queue=QUEUE)
def poll_mailbox(mailbox_id: int) -> None:
    """Fetch one mailbox, unless another worker does."""
    poll(mailbox_id, on_stored=settle_soon)


@shared_task(name="intake.settle_mail", queue=QUEUE)
def settle_mail(raw_id: int) -> None:
    """Decide what becomes of a stored mail. Safe to run twice; trouble of ours leaves it to the sweep."""
    try:
        process(raw_id, at=timezone.now())
    except TEMPORARY as error:
        log.warning("mail_not_settled", raw_id=raw_id, error=type(error).__name__)


@shared_task(name="intake.answer_too_large", queue=QUEUE)
def answer_too_large(raw_id: int) -> None:
    """Tell the sender of a mail that was too large. Lost with its worker: the mail waits for a person all the same."""
    too_large.answer(RawMessage.objects.get(pk=raw_id))


@shared_task(name="intake.sweep_mails", queue=QUEUE)
def sweep_mails() -> None:
    """Wake workers for mails that nobody settled."""
    late = RawMessage.objects.filter(state__in=UNSETTLED, received_at__lt=timezone.now() - _PATIENCE)
    for raw_id in late.order_by("id").values_list("pk", flat=True)[:_AT_ONCE]:
        wake(settle_mail, raw_id)


def settle_soon(row: RawMessage) -> None:
    """Wake a worker for a mail that was stored just now."""
    if row.reason == Reason.TOO_LARGE:
        wake(answer_too_large, row.pk)
    elif not row.is_settled:
        wake(settle_mail, row.pk)
