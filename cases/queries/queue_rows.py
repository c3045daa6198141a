"""A row of the queue: what it shows, and the columns that this takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, prefetch_related_objects

from cases.models import Case
from routing.models import District, Street
from routing.models.loaded import LANGUAGES

# Street and area are read apart (``_name_places``): with five joins PostgreSQL spends 6 ms on the plan alone.
RELATED = ("category", "department", "assignee")
# What a row shows; the words of a case and the long columns of the catalogue stay where they are.
_NAMED = (
    *(f"category__name_{language}" for language in LANGUAGES),
    *(f"department__name_{language}" for language in LANGUAGES),
    "department__short_name",
    "assignee__first_name",
    "assignee__last_name",
    "assignee__username",
)
COLUMNS = (
    "reference",
    "subject",
    "status",
    "outcome",
    "urgency",
    "channel",
    "address",
    "street",
    "house_number",
    "area",
    "received_at",
    "updated_at",
    "promise_due_at",
    "promise_paused_at",
    "legal_due_date",
    "needs_person",
    "is_restricted",
    "queue_rank",
    *_NAMED,
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the queue: the sort key of a row."""

    rank: int
    received_at: datetime
    case_id: int


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One case as the queue shows it."""

    reference: str
    subject: str
    status: str
    outcome: str
    urgency: str
    channel: str
    category: str
    department: str
    assignee: str
    place: str
    received_at: datetime
    updated_at: datetime
    due_at: datetime | None
    is_paused: bool
    legal_due_date: date | None
    needs_person: bool
    is_restricted: bool
    cursor: Cursor


def make_rows(cases: Sequence[Case]) -> tuple[QueueRow, ...]:
    """The rows of cases that were read with ``RELATED`` and ``COLUMNS``."""
    _name_places(case for case in cases if not case.address)
    return tuple(_make_row(case) for case in cases)


def _name_places(cases: Iterable[Case]) -> None:
    """Read street and area of the few cases that have no words of their own for where it is."""
    streets = Prefetch("street", Street.objects.only("prefix", "name"))
    areas = Prefetch("area", District.objects.only("name"))
    prefetch_related_objects(list(cases), streets, areas)


def _make_row(case: Case) -> QueueRow:
    return QueueRow(
        reference=case.reference,
        subject=case.subject,
        status=case.status,
        outcome=case.outcome,
        urgency=case.urgency,
        channel=case.channel,
        category=case.category.name if case.category else "",
        department=case.department.label if case.department else "",
        assignee=str(case.assignee) if case.assignee else "",
        place=case.address or case.read_place or str(case.area or ""),
        received_at=case.received_at,
        updated_at=case.updated_at,
        due_at=case.promise_due_at,
        is_paused=case.promise_paused_at is not None,
        legal_due_date=case.legal_due_date,
        needs_person=case.needs_person,
        is_restricted=case.is_restricted,
        cursor=Cursor(case.queue_rank, case.received_at, case.pk),
    )
