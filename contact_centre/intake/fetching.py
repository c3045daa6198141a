"""Celery tasks that bring mails in, and the waking of a worker for each mail that is stored."""

from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases.waking import wake
from contact_centre.intake import too_large
from contact_centre.intake.mailboxes.poll import poll
from contact_centre.intake.mailboxes.progress import due_mailboxes
from contact_centre.intake.models import RawMessage, Reason
from contact_centre.intake.tasks import process_mail

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


@shared_task(name="intake.answer_too_large", queue=QUEUE)
def answer_too_large(raw_id: int) -> None:
    """Tell the sender of a mail that was too large. What a worker or a relay does not do now is done by the sweep."""
    try:
        too_large.answer(RawMessage.objects.get(pk=raw_id), at=timezone.now())
    except OSError as error:
        log.warning("too_large_told_later", raw_id=raw_id, error=type(error).__name__)


@shared_task(name="intake.sweep_too_large", queue=QUEUE)
def sweep_too_large() -> None:
    """Wake workers for senders who were not told yet."""
    for raw_id in too_large.untold(timezone.now()):
        wake(answer_too_large, raw_id)


def settle_soon(row: RawMessage) -> None:
    """Wake a worker for a mail that was stored just now."""
    if row.reason == Reason.TOO_LARGE:
        # It may lie on its server for ever and come up with each turn.
        if row.told_at is None:
            wake(answer_too_large, row.pk)
    elif not row.is_settled:
        wake(process_mail, row.pk)
