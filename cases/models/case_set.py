"""Sets of cases: locking one for a write, and the filters that are asked of them."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from cases.states import OPEN

if TYPE_CHECKING:
    from cases.models.case import Case


class StaleCase(Exception):
    """The form was filled in on an older version of the case."""

    def __init__(self, case: "Case", seen: int) -> None:
        super().__init__(case.reference)
        self.case = case
        self.seen = seen


class CaseQuerySet(models.QuerySet["Case"]):
    def lock(self, case_id: int, version: int | None = None) -> "Case":
        """Lock one case for a write; raises StaleCase when ``version`` is no longer the current one.

        SQLite would silently accept a lock outside a transaction, so an open one is demanded.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a case is locked inside a transaction")
        # Nothing is joined: after a wait PostgreSQL gives the new row of the case beside the old rows of the others.
        case = self.select_for_update(no_key=True).get(pk=case_id)
        if version is not None and case.version != version:
            raise StaleCase(case, version)
        return case

    def open(self) -> "CaseQuerySet":
        return self.filter(status__in=OPEN)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        """Open cases whose promise or whose term of law has passed."""
        return self.open().filter(promise_is_over(at) | term_is_over(at))

    def in_departments(self, department_ids: frozenset[int]) -> "CaseQuerySet":
        return self.filter(department_id__in=department_ids)


def promise_is_over(at: datetime) -> Q:
    """Our own promise has passed; it stands still while we wait for the resident."""
    return Q(promise_due_at__lt=at, promise_paused_at__isnull=True)


def term_is_over(at: datetime) -> Q:
    """The last day of the law has passed in the city; it waits for nobody."""
    return Q(legal_due_date__lt=timezone.localdate(at))
