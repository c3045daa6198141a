"""Celery tasks of the notifications: plan an event, hand a notice over, sweep up what was left."""

from datetime import datetime
from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from cases import work
from cases.waking import on_behalf_of, wake
from notifications import counters, delivery
from notifications.services import CONSUMER
from notifications.services import plan_event as plan

log = structlog.get_logger(__name__)
QUEUE: Final = "notifications"
# A hand-over that hangs is killed before its lease ends.
HAND_OVER_SECONDS: Final = int(delivery.LEASE.total_seconds()) - 10


@shared_task(name="notifications.plan_event", queue=QUEUE)
def plan_event(*work_ids: int) -> None:
    """Plan the notices of these events and wake a worker for each that is due. Safe to run twice."""
    for work_id in work_ids:
        with on_behalf_of(work_id):
            _plan(work_id, timezone.now())


@shared_task(name="notifications.deliver_notice", queue=QUEUE, time_limit=HAND_OVER_SECONDS)
def deliver_notice(notice_id: int) -> None:
    """Hand one notice over, if it is still to be handed over, and before it what must not wait behind it."""
    for urgent in delivery.ahead_of(notice_id, at=timezone.now()):
        _hand_over(urgent)
    _hand_over(notice_id)


@shared_task(name="notifications.sweep_notices", queue=QUEUE)
def sweep_notices() -> None:
    """Plan what was left unplanned, and wake workers for what is due: planned for now, failed, or left by the dead."""
    for work_id in work.left_over(CONSUMER, at=timezone.now()):
        _plan(work_id, timezone.now())
    for notice_id in delivery.due(timezone.now()):
        wake(deliver_notice, notice_id)


@shared_task(name="notifications.forget_automatic_mails", queue=QUEUE)
def forget_automatic_mails() -> None:
    """Delete the counted mails that no limit asks about any more."""
    counters.forget_old(timezone.now())


def _hand_over(notice_id: int) -> None:
    delivery.deliver(notice_id=notice_id, at=timezone.now())
    for next_id in delivery.held_back_by(notice_id, at=timezone.now()):
        wake(deliver_notice, next_id)


def _plan(work_id: int, at: datetime) -> None:
    try:
        ready = plan(work_id=work_id, at=at)
    except Exception:
        # One event that cannot be planned must not stop the others: its work row keeps the error and its turn.
        log.exception("notices_not_planned", work_id=work_id)
        return
    for notice_id in ready:
        wake(deliver_notice, notice_id)
