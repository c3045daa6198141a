"""Handing notices over: claim under a lease, hand over outside any transaction, record. At least once, never lost.

A repeat carries the same Message-ID. A worker killed between hand-over and record leaves a claimed notice whose
lease runs out; the sweep finds it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q

from cases.models import EventKind
from cases.states import Outcome
from cases.timeline import ring_again
from notifications.channels import CHANNELS, PermanentFailure
from notifications.links import conceal
from notifications.models import (
    FOR_A_PERSON,
    WAITING,
    Attempt,
    AttemptResult,
    Notice,
    NoticeKind,
    NoticeState,
    SkipReason,
)
from notifications.rendering import render

log = structlog.get_logger(__name__)

# Longer than the time limit of the task, so that a notice is never in two hands.
LEASE: Final = timedelta(minutes=2)
# How long a woken worker has before another one is woken for the same notice.
WAKE: Final = timedelta(minutes=1)
# With the waits of ``back_off`` a day and a half of trying.
MAX_ATTEMPTS: Final = 15
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one attempt; ``due_at`` is when to try again."""

    state: NoticeState
    result: AttemptResult | None = None
    error: str = ""
    skip_reason: str = ""
    subject: str = ""
    body: str = ""
    due_at: datetime | None = None


def deliver(*, notice_id: int, at: datetime) -> NoticeState | None:
    """Hand one notice over and return its new state; None when there is nothing to do (done, held, not due)."""
    notice = claim(notice_id, at=at)
    if notice is None:
        return None
    structlog.contextvars.bind_contextvars(case_id=notice.event.case_id)
    ending = _skip(notice) or _give_up(notice) or _try(notice, at)
    record(notice, ending, at=at)
    log.info("notice_delivered", notice_id=notice.pk, state=ending.state)
    return ending.state


def claim(notice_id: int, *, at: datetime) -> Notice | None:
    """Take the notice under a lease. None when it is done, held by another, or not due yet."""
    rows = Notice.objects.claimable(at).filter(pk=notice_id)
    if not rows.update(state=NoticeState.CLAIMED, lease_until=at + LEASE, attempts=F("attempts") + 1):
        return None
    related = ("event__case", "participant__case")
    return Notice.objects.select_related(*related).filter(pk=notice_id, lease_until=at + LEASE).first()


@transaction.atomic(durable=True)
def record(notice: Notice, ending: Ending, *, at: datetime) -> None:
    """Write the ending down, unless the lease ran out and another worker holds the notice by now."""
    mine = Notice.objects.filter(pk=notice.pk, state=NoticeState.CLAIMED, lease_until=notice.lease_until)
    is_over = ending.state != NoticeState.PLANNED
    written = mine.update(
        state=ending.state,
        skip_reason=ending.skip_reason,
        subject=ending.subject or notice.subject,
        body=ending.body or notice.body,
        due_at=ending.due_at or notice.due_at,
        ended_at=at if is_over else None,
        lease_until=None,
    )
    if written and ending.result is not None:
        Attempt.objects.create(notice=notice, tried_at=at, result=ending.result, error=ending.error[:300])
    if written and ending.state in FOR_A_PERSON:
        # Open desks count what waits for them, and this comes after the event of which they heard.
        ring_again(notice.event)


def due(at: datetime, limit: int = 500) -> list[int]:
    """Notices for which a worker should be woken now; each is named once a minute at most."""
    asleep = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    rows = Notice.objects.filter(asleep, state__in=WAITING, due_at__lte=at).order_by("due_at", "id")
    found = list(rows.values_list("pk", flat=True)[:limit])
    planned = Notice.objects.filter(pk__in=found, state=NoticeState.PLANNED)
    planned.update(lease_until=at + WAKE)
    return found


def back_off(attempts: int, spread: float) -> timedelta:
    """How long to wait after so many attempts: doubling up to four hours; ``spread`` (0 to 1) adds up to a quarter,
    so that a mail server that comes back is not run over."""
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(attempts - 1, 12)))
    return wait * (1 + spread / 4)


def _skip(notice: Notice) -> Ending | None:
    """Between plan and hand-over the world may have changed."""
    participant = notice.participant
    if participant.detached_at is not None and notice.kind != NoticeKind.LEFT:
        return Ending(NoticeState.SKIPPED, skip_reason=SkipReason.LEFT_CASE)
    if not getattr(participant, CHANNELS[notice.channel].contact):
        return Ending(NoticeState.SKIPPED, skip_reason=SkipReason.UNREACHABLE)
    if notice.event.case.outcome == Outcome.SPAM and notice.event.kind == EventKind.RECEIVED:
        return Ending(NoticeState.SKIPPED, skip_reason=SkipReason.SPAM)
    return None


def _give_up(notice: Notice) -> Ending | None:
    """A notice whose worker dies each time must not kill workers for ever."""
    if notice.attempts <= MAX_ATTEMPTS:
        return None
    return Ending(NoticeState.FAILED, AttemptResult.PERMANENT, "too many attempts")


def _try(notice: Notice, at: datetime) -> Ending:
    channel = CHANNELS[notice.channel]
    try:
        words = render(notice, at)
        if channel.send is not None:
            channel.send(notice, words, at)
    except PermanentFailure as failure:
        return Ending(NoticeState.FAILED, AttemptResult.PERMANENT, str(failure))
    except Exception as failure:  # noqa: BLE001
        # Whatever it is, it must neither stop the queue nor lose the notice: it is tried again, then shown.
        log.warning("notice_attempt_failed", notice_id=notice.pk, error=type(failure).__name__)
        return _later(notice, f"{type(failure).__name__}: {failure}", at)
    body = conceal(words.text, notice.participant)
    return Ending(channel.ends_in, AttemptResult.HANDED_OVER, subject=words.subject, body=body)


def _later(notice: Notice, error: str, at: datetime) -> Ending:
    if notice.attempts >= MAX_ATTEMPTS:
        return Ending(NoticeState.FAILED, AttemptResult.PERMANENT, error)
    due_at = at + back_off(notice.attempts, random.random())  # noqa: S311 - spreads load, guards nothing
    return Ending(NoticeState.PLANNED, AttemptResult.TEMPORARY, error, due_at=due_at)
