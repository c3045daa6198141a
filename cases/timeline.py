"""Writing the record: one event, one work row per consumer, one ring of the bell after commit."""

from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from cases.actors import Actor
from cases.models import Case, CaseEvent, EventKind, EventWork
from cases.payloads import Payload
from cases.signals import case_event_recorded

# What a resident may read on the tracking page; everything else stays inside.
PUBLIC_KINDS = frozenset(
    {
        EventKind.RECEIVED,
        EventKind.ROUTED,
        EventKind.STARTED,
        EventKind.PLANNED,
        EventKind.QUESTION_ASKED,
        EventKind.WAITING_OTHER,
        EventKind.RESIDENT_REPLIED,
        EventKind.MESSAGE_SENT,
        EventKind.REASSIGNED,
        EventKind.RESOLVED,
        EventKind.CONFIRMED,
        EventKind.CLOSED,
        EventKind.REOPENED,
        EventKind.MERGED,
        EventKind.UNMERGED,
        EventKind.WITHDRAWN,
    }
)

# What changes nothing that a resident can read or do; of everything else her open page hears.
SILENT_KINDS = frozenset(
    {
        EventKind.NOTE_ADDED,
        EventKind.CONTACT_LINKED,
        EventKind.ACKNOWLEDGED,
        EventKind.DAY_PASSED,
        EventKind.MERGED_REPLY,
        EventKind.LINK_REQUESTED,
        EventKind.CONFIDENTIAL_LIFTED,
        EventKind.MAIL_WAITS,
        EventKind.MAIL_APART,
        EventKind.MAIL_ALLOWED,
        EventKind.AUTO_REPLIED,
        EventKind.LOOP_STOPPED,
        EventKind.NOT_DELIVERED,
        EventKind.DISPLAYED,
    }
)


def record_event(case: Case, payload: Payload, *, by: Actor, at: datetime) -> CaseEvent:
    """Append the event and its work rows in the caller's transaction, and ring the bell on commit.

    From here on log lines carry the id of the case.
    """
    structlog.contextvars.bind_contextvars(case_id=case.pk)
    event = CaseEvent.objects.create(
        case=case,
        kind=payload.kind,
        schema=payload.schema,
        payload=payload.to_json(),
        case_version=case.version,
        actor_kind=by.kind,
        actor_user_id=by.user_id,
        actor_participant_id=by.participant_id,
        occurred_at=at,
    )
    work = _leave_work(event, payload.kind, at)
    transaction.on_commit(lambda: _ring(event, work))
    return event


def ring_again(event: CaseEvent) -> None:
    """Ring the bell for an event once more, on commit: what came of it has changed, and nobody has work to do."""
    transaction.on_commit(lambda: _ring(event, {}))


def _consumers(kind: EventKind) -> list[str]:
    wanted: dict[str, list[str] | None] = settings.EVENT_CONSUMERS
    return [name for name, kinds in wanted.items() if kinds is None or kind in kinds]


def _leave_work(event: CaseEvent, kind: EventKind, at: datetime) -> dict[str, int]:
    """The work rows of the event, by consumer; one statement for all."""
    rows = [EventWork(event=event, consumer=name, available_at=at) for name in _consumers(kind)]
    return {row.consumer: row.pk for row in EventWork.objects.bulk_create(rows)}


def _ring(event: CaseEvent, work: dict[str, int]) -> None:
    case_event_recorded.send_robust(
        sender=CaseEvent,
        case_id=event.case_id,
        event_id=event.pk,
        kind=event.kind,
        version=event.case_version,
        work=work,
    )
