"""What becomes of notices that were handed over: delivered, or not, as mail systems and providers tell later.

News may come in any order, more than once, and before the hand-over is written down. Each piece is kept once, and
what it changes does not depend on what came before it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction

from cases.actors import SYSTEM_ACTOR
from cases.mail_payloads import NotDelivered
from cases.models import Case
from cases.timeline import record_event, ring_again
from notifications.links import read_message_id
from notifications.models import (
    FAILURES,
    Attempt,
    AttemptResult,
    DeliveryNews,
    FailureReason,
    NewsKind,
    Notice,
    NoticeChannel,
    NoticeState,
    SuppressionReason,
)
from notifications.suppression import status_in, suppress, verdict_on

log = structlog.get_logger(__name__)
_NOT_DELIVERED: Final = (NewsKind.BOUNCED, NewsKind.REJECTED, NewsKind.FAILED)
# Why a provider says that a mail was not delivered, where nobody gives a status code. "Bounced" may be a full
# mailbox: three of those count, one does not. "Spam" is a judgement on our words and says nothing of the address.
_VERDICTS: Final = {
    "invalid": SuppressionReason.DEAD,
    "bounced": SuppressionReason.SOFT,
    "timed_out": SuppressionReason.SOFT,
}
# But a provider that does not even send speaks of an earlier complaint of the person.
_COMPLAINED_BEFORE: Final = (NewsKind.REJECTED, "spam")


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news as a provider gives it; ``key`` is the provider's id of it."""

    provider: str
    key: str
    kind: NewsKind
    message_id: str
    recipient: str
    reason: str
    note: str
    occurred_at: datetime


def evidence_of(notice_id: int | str) -> str:
    """How the suppression list names the mail that it learnt something from, by whatever way the news came."""
    return f"notice:{notice_id}"


@transaction.atomic
def mark_undelivered(*, notice_id: int, note: str, at: datetime) -> Notice | None:
    """A notice that was sent came back: it is for a person now, unless the person is told by another channel too.

    ``note`` is what the mail system said. None when the notice is in another state: known already, sent again
    meanwhile, or told by one of us.
    """
    notice = Notice.objects.select_for_update(of=("self",)).select_related("event").get(pk=notice_id)
    if notice.state != NoticeState.SENT:
        return None
    other = told_otherwise(notice)
    notice.state = NoticeState.COALESCED if other else NoticeState.UNDELIVERED
    notice.into, notice.ended_at = other, at
    notice.failure, notice.failure_note = FailureReason.BOUNCED, note[:300]
    notice.save(update_fields=["state", "into", "ended_at", "failure", "failure_note"])
    log.warning("notice_not_delivered", notice_id=notice.pk, status=status_in(note))
    ring_again(notice.event)
    return notice


def note_not_delivered(
    case: Case, notice: Notice, *, failure: str, status: str, source: str, at: datetime
) -> None:
    """Write on the case, which is locked, that the notice did not arrive. ``failure`` is a code of ``NotDelivered``."""
    event = NotDelivered(notice.pk, notice.participant_id, failure, status, True, source[:300])
    record_event(case, event, by=SYSTEM_ACTOR, at=at)


def told_otherwise(notice: Notice) -> Notice | None:
    """The notice by which the person is told the same by another channel; None where this one was the only one."""
    others = Notice.objects.filter(event_id=notice.event_id, participant_id=notice.participant_id)
    useless = (*FAILURES, NoticeState.SKIPPED, NoticeState.COALESCED)
    return others.exclude(pk=notice.pk).exclude(state__in=useless).order_by("id").first()


@transaction.atomic
def keep_news(news: News, *, at: datetime) -> DeliveryNews:
    """Write the news down and let it change what it changes. A repeat changes nothing; what is about no mail that we
    know of waits, in case the hand-over is written down later."""
    row, _ = DeliveryNews.objects.get_or_create(
        provider=news.provider[:40],
        key=news.key[:128],
        defaults={
            "kind": news.kind,
            "message_id": news.message_id[:255],
            "recipient": news.recipient[:254],
            "reason": news.reason[:20],
            "note": news.note[:300],
            "occurred_at": news.occurred_at,
            "received_at": at,
        },
    )
    _apply(row, at)
    return row


def catch_up(attempt: Attempt, *, at: datetime) -> None:
    """Apply the news that came before the hand-over was written down; call in the transaction that writes it."""
    if attempt.provider_id:
        for row in DeliveryNews.objects.filter(applied_at__isnull=True, message_id=attempt.provider_id):
            _apply(row, at)


def _apply(row: DeliveryNews, at: datetime) -> None:
    if row.applied_at is not None:
        return
    attempt = _attempt_of(row)
    if attempt is None:
        return
    # Whoever writes on a case locks it first.
    case = Case.objects.lock(attempt.notice.event.case_id)
    row.notice, row.applied_at = attempt.notice, at
    row.save(update_fields=["notice", "applied_at"])
    _pass_verdict(row, attempt.notice)
    if attempt != _last_taken(attempt.notice_id):
        # It was sent again since: this is old news of the mail before.
        return
    if row.kind == NewsKind.DELIVERED:
        _mark_delivered(attempt.notice_id, row.occurred_at)
    elif row.kind in _NOT_DELIVERED:
        _mark_undelivered(case, row, attempt.notice_id, at)


def _mark_undelivered(case: Case, row: DeliveryNews, notice_id: int, at: datetime) -> None:
    said = row.note or row.reason
    notice = mark_undelivered(notice_id=notice_id, note=said, at=at)
    if notice is None or notice.state != NoticeState.UNDELIVERED:
        return
    failure = "DEAD" if _verdict(row) == SuppressionReason.DEAD else "REFUSED"
    source = f"{row.provider}:{row.key}"
    note_not_delivered(case, notice, failure=failure, status=status_in(said), source=source, at=at)


def _attempt_of(row: DeliveryNews) -> Attempt | None:
    taken = Attempt.objects.filter(result=AttemptResult.HANDED_OVER).select_related(
        "notice__participant", "notice__event"
    )
    known = taken.filter(provider_id=row.message_id).order_by("-id").first() if row.message_id else None
    if known is not None:
        return known
    notice_id = read_message_id(row.message_id)
    return taken.filter(notice_id=notice_id).order_by("-id").first() if notice_id else None


def _last_taken(notice_id: int) -> Attempt | None:
    taken = Attempt.objects.filter(notice_id=notice_id, result=AttemptResult.HANDED_OVER)
    return taken.order_by("-id").first()


def _mark_delivered(notice_id: int, occurred_at: datetime) -> None:
    notice = Notice.objects.select_for_update(of=("self",)).select_related("event").get(pk=notice_id)
    if notice.delivered_at is None or occurred_at < notice.delivered_at:
        notice.delivered_at = occurred_at
        notice.save(update_fields=["delivered_at"])
        ring_again(notice.event)


def _pass_verdict(row: DeliveryNews, notice: Notice) -> None:
    if notice.channel != NoticeChannel.EMAIL:
        # The list is of addresses that mails go to.
        return
    verdict = _verdict(row)
    address = row.recipient or notice.participant.email
    if verdict is not None and address:
        suppress(address, reason=verdict, evidence=evidence_of(notice.pk), at=row.occurred_at)


def _verdict(row: DeliveryNews) -> SuppressionReason | None:
    if row.kind == NewsKind.COMPLAINED:
        return SuppressionReason.COMPLAINT
    if row.kind not in _NOT_DELIVERED:
        return None
    if status := status_in(row.note):
        return verdict_on(status)
    if (row.kind, row.reason) == _COMPLAINED_BEFORE:
        return SuppressionReason.COMPLAINT
    return _VERDICTS.get(row.reason)
