"""What the database itself holds every case to, and how it finds cases quickly."""

from typing import Final

from django.db import models

from cases.models.codes import Channel
from cases.states import OPEN, Outcome, Status
from routing.models import Kind, Urgency

CONSTRAINTS: Final[list[models.BaseConstraint]] = [
    models.CheckConstraint(condition=models.Q(status__in=Status.values), name="case_status_known"),
    models.CheckConstraint(condition=models.Q(outcome__in=["", *Outcome.values]), name="case_outcome_known"),
    models.CheckConstraint(condition=models.Q(channel__in=Channel.values), name="case_channel_known"),
    models.CheckConstraint(condition=models.Q(kind__in=["", *Kind.values]), name="case_kind_known"),
    models.CheckConstraint(condition=models.Q(urgency__in=Urgency.values), name="case_urgency_known"),
    models.CheckConstraint(
        condition=~models.Q(status=Status.RESOLVED) | ~models.Q(outcome=""),
        name="case_resolved_has_outcome",
    ),
]

INDEXES: Final = [
    models.Index(
        fields=["department", "queue_rank", "received_at", "id"],
        name="case_department_queue",
        condition=models.Q(status__in=OPEN),
    ),
    models.Index(
        fields=["queue_rank", "received_at", "id"],
        name="case_queue",
        condition=models.Q(status__in=OPEN),
    ),
    models.Index(fields=["status", "resolved_at"], name="case_status_resolved"),
    # The counters of the desk stay cheap however many cases are closed.
    models.Index(
        fields=["department", "queue_rank", "received_at", "id"],
        name="case_needs_person",
        condition=models.Q(needs_person=True),
    ),
    models.Index(
        fields=["promise_due_at", "department"],
        name="case_due",
        condition=models.Q(status__in=OPEN, promise_paused_at__isnull=True),
    ),
    models.Index(
        fields=["legal_due_date", "department"],
        name="case_legal_due",
        condition=models.Q(status__in=OPEN, legal_due_date__isnull=False),
    ),
    models.Index(
        fields=["assignee", "queue_rank", "received_at", "id"],
        name="case_of_person",
        condition=models.Q(status__in=OPEN),
    ),
    # Where else something like it is open (``cases.queries.neighbours``).
    models.Index(
        fields=["street", "received_at"], name="case_near_street", condition=models.Q(status__in=OPEN)
    ),
    models.Index(
        fields=["area", "category", "received_at"],
        name="case_near_area",
        condition=models.Q(status__in=OPEN),
    ),
    models.Index(
        fields=["lat", "lon", "received_at"],
        name="case_near_point",
        condition=models.Q(status__in=OPEN, lat__isnull=False),
    ),
]
