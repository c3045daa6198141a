"""Celery tasks of the intake: settle a mail in a process that may be killed over it, and sweep up what was left."""

from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases.waking import wake
from contact_centre.intake import process

log = structlog.get_logger(__name__)
QUEUE: Final = "mail"


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


@shared_task(name="intake.sweep_mails", queue=QUEUE)
def sweep_mails() -> None:
    """Wake workers for mails that nobody settles."""
    for raw_id in process.left_over(timezone.now()):
        wake(process_mail, raw_id)
