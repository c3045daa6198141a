"""What may be done with notices: plan them from an event, settle by hand what the machine cannot, send again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from cases import work
from cases.actors import Actor, ActorKind
from cases.models import Case, CaseEvent, CaseParticipant, EventWork, ParticipantRole
from cases.timeline import ring_again
from notifications import counters
from notifications.counters import Held
from notifications.links import make_message_id
from notifications.models import (
    FAILURES,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
    SkipReason,
)
from notifications.outcomes import note_not_delivered
from notifications.planning import Person, Plan, PlannedNotice, notices_for, plan_for
from notifications.suppression import unsuppress

CONSUMER = "notifications"


class CannotSettle(Exception):
    """The notice does not wait for this, or whoever asks is not one of our people."""


def plan_event(*, work_id: int, at: datetime) -> list[int]:
    """Plan the notices of one event; returns those to hand over now. Safe to repeat: one row per person.

    Events of a case are planned in their order, so that what follows a confirmation can be folded into it.
    Raises what went wrong, after the work row was given back for a later turn.
    """
    ready: list[int] = []
    earlier = _earlier_work(work_id)
    for row in earlier:
        ready += _plan_one(row, at)
    if EventWork.objects.filter(pk__in=earlier, lease_until__gt=at).exists():
        # Another worker is planning what comes before: the sweep comes back to this row in seconds.
        return ready
    return ready + _plan_one(work_id, at)


@transaction.atomic(durable=True)
def mark_called_back(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """A person told the resident by phone; also the way out for a mail that failed. Raises CannotSettle."""
    return _settle(notice_id, (NoticeState.CALL_BACK_DUE, *FAILURES), by, at)


@transaction.atomic(durable=True)
def mark_letter_printed(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """A person printed the letter and posts it. Raises CannotSettle."""
    return _settle(notice_id, (NoticeState.LETTER_DUE,), by, at)


@transaction.atomic(durable=True)
def resend(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """Try a failed or returned notice again from the start, with the same Message-ID. Raises CannotSettle."""
    notice = _lock(notice_id)
    if by.kind is not ActorKind.STAFF or notice.state not in FAILURES:
        raise CannotSettle(notice_id)
    _send_again(notice, at)
    return notice


@transaction.atomic(durable=True)
def resend_many(*, notice_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """Try those among the notices again that wait for it; returns how many. Raises CannotSettle."""
    if by.kind is not ActorKind.STAFF:
        raise CannotSettle(*notice_ids)
    rows = Notice.objects.select_for_update(of=("self",)).select_related("event")
    notices = list(rows.filter(pk__in=notice_ids, state__in=FAILURES).order_by("id"))
    for notice in notices:
        _send_again(notice, at)
    return len(notices)


@transaction.atomic(durable=True)
def write_again(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """One of us knows better than the list: lift what stands against the address, and send the notice again.

    Raises CannotSettle.
    """
    notice = _lock(notice_id)
    if by.kind is not ActorKind.STAFF or notice.state not in FAILURES:
        raise CannotSettle(notice_id)
    if notice.channel == NoticeChannel.EMAIL:
        unsuppress(notice.participant.email, at=at, by_hand=True)
    _send_again(notice, at)
    return notice


def _send_again(notice: Notice, at: datetime) -> None:
    notice.state, notice.due_at = NoticeState.PLANNED, at
    notice.attempts, notice.lease_until, notice.ended_at = 0, None, None
    notice.failure, notice.failure_note, notice.delivered_at = "", "", None
    notice.save(
        update_fields=[
            "state", "due_at", "attempts", "lease_until", "ended_at", "failure", "failure_note", "delivered_at",
        ]
    )  # fmt: skip
    ring_again(notice.event)


def _earlier_work(work_id: int) -> list[int]:
    """Work rows for earlier events of the same case that are still to be planned."""
    own = EventWork.objects.filter(pk=work_id).select_related("event").first()
    if own is None:
        return []
    rows = EventWork.objects.filter(consumer=CONSUMER, attempts__lt=work.MAX_ATTEMPTS)
    rows = rows.filter(event__case_id=own.event.case_id, event_id__lt=own.event_id)
    return list(rows.order_by("event_id").values_list("pk", flat=True))


def _plan_one(work_id: int, at: datetime) -> list[int]:
    event = work.claim(work_id, at=at)
    if event is None:
        return []
    try:
        return _keep_plan(event, work_id, at)
    except Exception as error:
        work.give_back(work_id, error=repr(error), at=at)
        raise


@transaction.atomic(durable=True)
def _keep_plan(event: CaseEvent, work_id: int, at: datetime) -> list[int]:
    plan = plan_for(event.kind, event.payload)
    ready: list[int] = []
    if plan is not None:
        hold = timedelta(seconds=settings.NOTICE_COALESCE_SECONDS)
        for planned in notices_for(plan, event.payload, _people(event.case), at=at, hold=hold):
            ready += _keep(event, plan, planned, at)
    work.finish(work_id)
    return ready


@dataclass(frozen=True, slots=True)
class _Start:
    """The state in which a notice is written, and why it is no planned one."""

    state: NoticeState = NoticeState.PLANNED
    skip_reason: str = ""
    failure: str = ""


def _keep(event: CaseEvent, plan: Plan, planned: PlannedNotice, at: datetime) -> list[int]:
    """Write one notice, or find that it is written; returns the ids that are due because of it."""
    confirmation = None if plan.waits else _waiting_confirmation(planned)
    into = confirmation if plan.folds else None
    # What a mail that goes anyway can tell costs nobody another one.
    start = _Start(NoticeState.COALESCED) if into else _start(event, plan, planned, at)
    is_planned = start.state == NoticeState.PLANNED
    notice, is_new = Notice.objects.get_or_create(
        event=event,
        participant_id=planned.participant_id,
        channel=planned.channel,
        defaults={
            "kind": planned.kind,
            "priority": planned.priority,
            "language": planned.language,
            "due_at": planned.due_at,
            "created_at": at,
            "state": start.state,
            "skip_reason": start.skip_reason,
            "failure": start.failure,
            "into": into,
            "ended_at": None if is_planned else at,
        },
    )
    if not is_new or start.state in (NoticeState.COALESCED, NoticeState.SKIPPED):
        return []
    if notice.channel == NoticeChannel.EMAIL:
        notice.message_id = make_message_id(notice.pk)
        notice.save(update_fields=["message_id"])
    if not is_planned:
        # Planned once for each event and person: no other channel tells her, and the case says so.
        case = Case.objects.lock(event.case_id)
        note_not_delivered(case, notice, failure=start.failure, status="", source=f"plan:{notice.pk}", at=at)
        # Open desks count what waits for them, and this comes after the event of which they heard.
        ring_again(event)
        return []
    counters.note_sent(notice, at)
    return [*_release(confirmation, at), *([notice.pk] if notice.due_at <= at else [])]


def _start(event: CaseEvent, plan: Plan, planned: PlannedNotice, at: datetime) -> _Start:
    """Planned, needless, or held back: what must be told is then for a person, who may be asked to send it. A link
    that was asked for is not: whoever asks has some already."""
    if planned.skip_reason:
        return _Start(NoticeState.SKIPPED, planned.skip_reason)
    held = _held_back(event, planned, at)
    if held is Held.MANY and plan.is_compulsory and not plan.by_mail:
        return _Start(NoticeState.FAILED, failure=FailureReason.HELD)
    return _Start(NoticeState.SKIPPED, SkipReason.LIMIT) if held else _Start()


def _held_back(event: CaseEvent, planned: PlannedNotice, at: datetime) -> Held | None:
    """Why an automatic mail stays back."""
    if not counters.is_automatic(planned.kind, event.actor_kind):
        return None
    return counters.held_back(
        kind=planned.kind,
        actor=event.actor_kind,
        channel=planned.channel,
        participant=CaseParticipant.objects.get(pk=planned.participant_id),
        at=at,
    )


def _waiting_confirmation(planned: PlannedNotice) -> Notice | None:
    """The person's confirmation, if no attempt was made yet to hand it over."""
    rows = Notice.objects.select_for_update().filter(
        kind=NoticeKind.RECEIVED, state=NoticeState.PLANNED, attempts=0
    )
    return rows.filter(participant_id=planned.participant_id, channel=planned.channel).first()


def _release(confirmation: Notice | None, at: datetime) -> list[int]:
    """Nothing comes before the confirmation: what follows it sends it on its way."""
    if confirmation is None:
        return []
    confirmation.due_at = at
    confirmation.save(update_fields=["due_at"])
    return [confirmation.pk]


def _people(case: Case) -> Iterator[Person]:
    """Everybody on the case, then those on the cases that were merged into it, however many steps away."""
    own = CaseParticipant.objects.filter(case=case).order_by("id")
    yield from (_person(row, is_merged=False) for row in own)
    merged = CaseParticipant.objects.filter(_merged_into(case)).order_by("id")
    yield from (_person(row, is_merged=True) for row in merged)


def _merged_into(case: Case) -> Q:
    found: set[int] = set()
    level = {case.pk}
    while level:
        level = (
            set(Case.objects.filter(merged_into_id__in=level).values_list("pk", flat=True))
            - found
            - {case.pk}
        )
        found |= level
    return Q(case_id__in=found)


def _person(row: CaseParticipant, *, is_merged: bool) -> Person:
    return Person(
        row.pk,
        row.channel,
        row.language,
        is_merged=is_merged,
        has_left=row.detached_at is not None,
        is_follower=row.role == ParticipantRole.FOLLOWER,
        only_compulsory=row.only_compulsory,
    )


def _lock(notice_id: int) -> Notice:
    return Notice.objects.select_for_update().get(pk=notice_id)


def _settle(notice_id: int, states: tuple[NoticeState, ...], by: Actor, at: datetime) -> Notice:
    notice = _lock(notice_id)
    if by.kind is not ActorKind.STAFF or notice.state not in states:
        raise CannotSettle(notice_id)
    notice.state, notice.done_by_id, notice.ended_at = NoticeState.DONE_BY_PERSON, by.user_id, at
    notice.save(update_fields=["state", "done_by", "ended_at"])
    ring_again(notice.event)
    return notice
