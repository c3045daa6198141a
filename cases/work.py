"""Claiming, finishing and giving back work rows: how every consumer takes from the queue of record."""

from datetime import datetime, timedelta

import structlog
from django.db.models import F, Q

from cases.models import CaseEvent, EventWork

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 12


def claim(work_id: int, *, at: datetime) -> CaseEvent | None:
    """Take the row under a lease. None when it is done, leased to another, not due yet or given up.

    Log lines carry the id of its case from here on, until the next claim.
    """
    structlog.contextvars.unbind_contextvars("case_id")
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    row = EventWork.objects.filter(free, pk=work_id, available_at__lte=at, attempts__lt=MAX_ATTEMPTS)
    if not row.update(lease_until=at + LEASE, attempts=F("attempts") + 1):
        return None
    # Whoever held it before may have finished it this very moment.
    claimed = EventWork.objects.select_related("event", "event__case").filter(pk=work_id).first()
    if claimed is None:
        return None
    structlog.contextvars.bind_contextvars(case_id=claimed.event.case_id)
    return claimed.event


def finish(work_id: int) -> None:
    """The work is done; call inside the transaction that records its result."""
    EventWork.objects.filter(pk=work_id).delete()


def give_back(work_id: int, *, error: str, at: datetime) -> None:
    """The work failed: free the row for another attempt, later each time (at most an hour)."""
    row = EventWork.objects.filter(pk=work_id)
    attempts = row.values_list("attempts", flat=True).first() or 0
    wait = timedelta(seconds=min(3600, 2**attempts))
    row.update(lease_until=None, available_at=at + wait, error=error[:2000])


def left_over(consumer: str, *, at: datetime, limit: int = 200) -> list[int]:
    """Rows nobody holds although they are due: what the sweep sends to the workers again."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    rows = EventWork.objects.filter(free, consumer=consumer, available_at__lte=at, attempts__lt=MAX_ATTEMPTS)
    return list(rows.order_by("available_at", "id").values_list("pk", flat=True)[:limit])
