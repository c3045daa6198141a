"""Celery tasks of the intake: settle stored mails, and sweep up what was left."""

from datetime import timedelta
from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases.waking import wake
from contact_centre.intake.models import UNSETTLED, RawMessage
from contact_centre.intake.process import TEMPORARY, process

log = structlog.get_logger(__name__)
QUEUE: Final = "mail"
# Longer than a mail takes: a sweep does not meet the worker that was woken first.
_PATIENCE: Final = timedelta(seconds=30)
_AT_ONCE: Final = 200


@shared_task(name="intake.process_mail", queue=QUEUE)
def process_mail(raw_id: int) -> None:
    """Decide what becomes of a stored mail. Safe to run twice; trouble of ours leaves it to the sweep."""
    try:
        process(raw_id, at=timezone.now())
    except TEMPORARY as error:
        log.warning("mail_not_settled", raw_id=raw_id, error=type(error).__name__)


@shared_task(name="intake.sweep_mails", queue=QUEUE)
def sweep_mails() -> None:
    """Wake workers for mails that nobody settled."""
    late = RawMessage.objects.filter(state__in=UNSETTLED, received_at__lt=timezone.now() - _PATIENCE)
    for raw_id in late.order_by("id").values_list("pk", flat=True)[:_AT_ONCE]:
        wake(process_mail, raw_id)
