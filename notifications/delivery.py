"""Handing notices over: claim under a lease, hand over outside any transaction, record. At least once, never lost.

A repeat carries the same Message-ID. A worker killed between hand-over and record leaves a claimed notice whose
lease runs out; the sweep finds it. docs/mail.md says what may therefore be sent twice.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q

from cases.models import Case, EventKind
from cases.states import Outcome
from cases.timeline import ring_again
from notifications.channels import (
    CHANNELS,
    AccountFailure,
    Failure,
    NotNow,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from notifications.channels.alarms import account_refused
from notifications.links import conceal
from notifications.models import (
    FOR_A_PERSON,
    WAITING,
    Attempt,
    AttemptResult,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
    SkipReason,
    SuppressionReason,
)
from notifications.outcomes import catch_up, evidence_of, note_not_delivered, told_otherwise
from notifications.rendering import Rendered, render
from notifications.suppression import reason_against, status_in, suppress

log = structlog.get_logger(__name__)

# Longer than the time limit of the task, so that a notice is never in two hands.
LEASE: Final = timedelta(minutes=2)
# How long a woken worker has before another one is woken for the same notice.
WAKE: Final = timedelta(minutes=1)
# With the waits of ``back_off`` a day and a half of trying.
MAX_ATTEMPTS: Final = 15
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=4)
# What the case says of a notice that ended without success (``NotDelivered.failure``).
_NOTED: Final[Mapping[str, str]] = {
    FailureReason.REFUSED: "REFUSED",
    FailureReason.GAVE_UP: "TEMPORARY",
    FailureReason.SUPPRESSED: "SUPPRESSED",
}
# Those who wait for the next minute do not all come at its first second.
_CROWD = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of one attempt; ``due_at`` is when to try again. Without a ``result`` nobody was asked.

    ``failure`` with its ``error`` is why it ends without success, ``verdict`` what that means for the address.
    """

    state: NoticeState
    result: AttemptResult | None = None
    error: str = ""
    failure: str = ""
    skip_reason: str = ""
    receipt: Receipt | None = None
    verdict: SuppressionReason | None = None
    subject: str = ""
    body: str = ""
    due_at: datetime | None = None


def deliver(*, notice_id: int, at: datetime) -> NoticeState | None:
    """Hand one notice over and return its new state; None when there is nothing to do (done, held, not due)."""
    notice = claim(notice_id, at=at)
    if notice is None:
        return None
    structlog.contextvars.bind_contextvars(case_id=notice.event.case_id)
    ending = _skip(notice) or _refuse(notice, at) or _give_up(notice) or _try(notice, at)
    record(notice, ending, at=at)
    log.info("notice_delivered", notice_id=notice.pk, state=ending.state)
    if ending.failure == FailureReason.GAVE_UP:
        log.error("notice_gave_up", notice_id=notice.pk, attempts=notice.attempts)
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
    # Whoever writes on a case locks it first.
    case = Case.objects.lock(notice.event.case_id)
    mine = Notice.objects.filter(pk=notice.pk, state=NoticeState.CLAIMED, lease_until=notice.lease_until)
    is_over = ending.state != NoticeState.PLANNED
    other = told_otherwise(notice) if ending.state == NoticeState.FAILED else None
    written = mine.update(
        state=NoticeState.COALESCED if other else ending.state,
        into=other,
        skip_reason=ending.skip_reason,
        failure=ending.failure,
        failure_note=ending.error[:300] if ending.failure else "",
        subject=ending.subject or notice.subject,
        body=ending.body or notice.body,
        due_at=ending.due_at or notice.due_at,
        ended_at=at if is_over else None,
        lease_until=None,
        # Nobody was asked, and it comes back: that was no attempt.
        attempts=notice.attempts - (not is_over and ending.result is None),
    )
    if not written:
        return
    _keep_attempt(notice, ending, at)
    if ending.verdict is not None:
        address = notice.participant.email
        suppress(address, reason=ending.verdict, evidence=evidence_of(notice.pk), at=at)
    if ending.state == NoticeState.FAILED and other is None:
        _note(case, notice, ending, at)
    if ending.state in FOR_A_PERSON:
        # Open desks count what waits for them, and this comes after the event of which they heard.
        ring_again(notice.event)


def ahead_of(notice_id: int, *, at: datetime, limit: int = 3) -> list[int]:
    """Notices that are due and go before this one, whoever was woken first."""
    own = Notice.objects.filter(pk=notice_id).values("priority")
    rows = Notice.objects.claimable(at).filter(priority__lt=own)
    return list(rows.order_by("priority", "due_at", "id").values_list("pk", flat=True)[:limit])


def held_back_by(notice_id: int, *, at: datetime) -> list[int]:
    """What waited for this confirmation and may go now; nothing for any other notice."""
    own = Notice.objects.filter(pk=notice_id, kind=NoticeKind.RECEIVED).first()
    if own is None:
        return []
    rows = Notice.objects.claimable(at).filter(participant_id=own.participant_id, channel=own.channel)
    return list(rows.exclude(pk=own.pk).order_by("id").values_list("pk", flat=True))


def due(at: datetime, limit: int = 500) -> list[int]:
    """Notices for which a worker should be woken now, in the order of their priority; each is named once a minute
    at most."""
    asleep = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    rows = Notice.objects.filter(asleep, state__in=WAITING, due_at__lte=at).after_confirmation()
    found = list(rows.order_by("priority", "due_at", "id").values_list("pk", flat=True)[:limit])
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


def _refuse(notice: Notice, at: datetime) -> Ending | None:
    """Nothing is sent to an address that is on the list; a person finds another way."""
    if notice.channel != NoticeChannel.EMAIL:
        return None
    entry = reason_against(notice.participant.email, at=at)
    return Ending(NoticeState.FAILED, failure=FailureReason.SUPPRESSED, error=entry.reason) if entry else None


def _give_up(notice: Notice) -> Ending | None:
    """A notice whose worker dies each time must not kill workers for ever."""
    if notice.attempts <= MAX_ATTEMPTS:
        return None
    return _end(FailureReason.GAVE_UP, TemporaryFailure("its worker died each time"))


def _try(notice: Notice, at: datetime) -> Ending:
    channel = CHANNELS[notice.channel]
    try:
        words = render(notice, at)
        receipt = channel.send(notice, words, at) if channel.send is not None else Receipt()
    except NotNow as wait:
        return Ending(NoticeState.PLANNED, due_at=wait.until + _CROWD * random.random())  # noqa: S311
    except PermanentFailure as failure:
        return _end(FailureReason.REFUSED, failure)
    except Exception as failure:  # noqa: BLE001
        # Whatever it is, it must neither stop the queue nor lose the notice: it is tried again, then shown.
        log.warning("notice_attempt_failed", notice_id=notice.pk, error=type(failure).__name__)
        if isinstance(failure, AccountFailure):
            account_refused(failure.relay)
        return _later(notice, failure, at)
    return _taken(notice, channel.ends_in, words, receipt)


def _taken(notice: Notice, state: NoticeState, words: Rendered, receipt: Receipt) -> Ending:
    body = conceal(words.text, notice.participant)
    return Ending(state, AttemptResult.HANDED_OVER, subject=words.subject, body=body, receipt=receipt)


def _later(notice: Notice, failure: Exception, at: datetime) -> Ending:
    if notice.attempts >= MAX_ATTEMPTS:
        return _end(FailureReason.GAVE_UP, failure)
    due_at = at + back_off(notice.attempts, random.random())  # noqa: S311 - spreads load, guards nothing
    return replace(_told(failure), state=NoticeState.PLANNED, result=AttemptResult.TEMPORARY, due_at=due_at)


def _end(reason: FailureReason, failure: Exception) -> Ending:
    verdict = failure.verdict if isinstance(failure, Failure) else None
    return replace(_told(failure), failure=reason, verdict=verdict)


def _told(failure: Exception) -> Ending:
    """What is kept of a failure, and of the relay that it came from."""
    if isinstance(failure, Failure):
        return Ending(
            NoticeState.FAILED, AttemptResult.PERMANENT, str(failure), receipt=Receipt(failure.relay)
        )
    return Ending(NoticeState.FAILED, AttemptResult.PERMANENT, f"{type(failure).__name__}: {failure}")


def _note(case: Case, notice: Notice, ending: Ending, at: datetime) -> None:
    """The case says that the notice did not arrive, as it does when a mail comes back."""
    failure = "DEAD" if ending.verdict == SuppressionReason.DEAD else _NOTED[ending.failure]
    source = f"hand-over:{notice.pk}:{notice.attempts}"
    note_not_delivered(case, notice, failure=failure, status=status_in(ending.error), source=source, at=at)


def _keep_attempt(notice: Notice, ending: Ending, at: datetime) -> None:
    if ending.result is None:
        return
    receipt = ending.receipt or Receipt()
    attempt = Attempt.objects.create(
        notice=notice,
        tried_at=at,
        result=ending.result,
        error=ending.error[:300],
        relay=receipt.relay[:100],
        provider_id=receipt.provider_id,
    )
    if ending.result == AttemptResult.HANDED_OVER:
        catch_up(attempt, at=at)
