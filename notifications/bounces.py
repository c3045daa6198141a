"""What mail servers tell of our mails in mails of their own: written down on the very notice, and on its case.

Providers tell the same by webhook; both feed the same records.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from cases.actors import SYSTEM_ACTOR
from cases.mail_payloads import Displayed, NotDelivered
from cases.models import Case
from cases.timeline import record_event, ring_again
from notifications.addresses import address_key
from notifications.links import read_bounce_address, read_message_id
from notifications.models import (
    FAILURES,
    Attempt,
    AttemptResult,
    Notice,
    NoticeChannel,
    NoticeState,
    SuppressionReason,
)
from notifications.outcomes import evidence_of, mark_undelivered
from notifications.suppression import suppress, verdict_on

# So long after a mail a report that names nothing but the address is taken to be about it.
RECENT: Final = timedelta(days=7)
# States of a notice whose mail was handed over.
_SENT: Final = (NoticeState.SENT, *FAILURES)


@dataclass(frozen=True, slots=True)
class News:
    """What a report says of one recipient. ``failure`` is DEAD, REFUSED or TEMPORARY; ``source`` names the report.

    ``is_proved``: it names the mail as only those can to whom it went, so that it may stop our mails to the address.
    """

    address: str
    failure: str
    status: str
    words: str
    is_final: bool
    source: str
    is_proved: bool = True


def notice_of_return_address(addresses: tuple[str, ...]) -> Notice | None:
    """The notice whose own return address is among these; each mail of ours has another."""
    ids = [found for one in addresses if (found := read_bounce_address(one)) is not None]
    return Notice.objects.filter(pk__in=ids).order_by("-id").first()


def notice_of_message_id(message_ids: tuple[str, ...]) -> Notice | None:
    """The notice whose Message-ID, proved to be ours, comes first among these."""
    for one in message_ids:
        found = read_message_id(one)
        notice = Notice.objects.filter(pk=found).first() if found is not None else None
        if notice is not None:
            return notice
    return None


def last_notice_to(address: str, *, at: datetime) -> Notice | None:
    """The last mail that went to the address in these days."""
    sent = Notice.objects.filter(channel=NoticeChannel.EMAIL, state__in=_SENT, created_at__lte=at)
    return (
        sent.filter(participant__email__iexact=address, ended_at__gt=at - RECENT)
        .order_by("-ended_at", "-id")
        .first()
    )


@transaction.atomic(durable=True)
def record_not_delivered(*, notice_id: int, news: News, at: datetime) -> Notice:
    """Write on the notice and its case that it did not arrive. A repeat of the report changes nothing.

    Nobody else was told by another way: the notice waits for a person. A dead address is not written to again, if the
    report proves what it is about.
    """
    notice = Notice.objects.select_related("event", "participant").get(pk=notice_id)
    case = Case.objects.lock(notice.event.case_id)
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("event", "participant")
        .get(pk=notice_id)
    )
    if case.events.filter(
        kind=NotDelivered.kind, payload__notice=notice.pk, payload__source=news.source
    ).exists():
        return notice
    Attempt.objects.create(
        notice=notice,
        tried_at=at,
        result=AttemptResult.PERMANENT if news.is_final else AttemptResult.TEMPORARY,
        error=_said(news)[:300],
    )
    if news.is_final:
        if news.is_proved:
            _suppress(news, notice, at)
        notice = mark_undelivered(notice_id=notice.pk, note=_said(news), at=at) or notice
    record_event(case, _event(notice, news), by=SYSTEM_ACTOR, at=at)
    ring_again(notice.event)
    return notice


@transaction.atomic(durable=True)
def record_complaint(*, address: str, source: str, at: datetime) -> None:
    """The person told her provider that she does not want our mails: none is sent to the address any more."""
    suppress(address, reason=SuppressionReason.COMPLAINT, evidence=source, at=at)


@transaction.atomic(durable=True)
def record_displayed(*, notice_id: int, at: datetime) -> Notice:
    """Write on the case that the mail was displayed; once for each notice."""
    notice = Notice.objects.select_related("event").get(pk=notice_id)
    case = Case.objects.lock(notice.event.case_id)
    if not case.events.filter(kind=Displayed.kind, payload__notice=notice.pk).exists():
        record_event(case, Displayed(notice.pk, notice.participant_id), by=SYSTEM_ACTOR, at=at)
    return notice


def _suppress(news: News, notice: Notice, at: datetime) -> None:
    """Stop our mails to the address that we wrote to, whatever the report names: behind a forwarder that is somebody
    else's, and whoever holds a return address of ours may name anybody."""
    is_dead = news.failure == SuppressionReason.DEAD
    # Refused for its size, its words or by policy says nothing of the address; without a code it may.
    reason = SuppressionReason.DEAD if is_dead else _verdict(news.status)
    address = notice.participant.email
    if address and reason is not None:
        suppress(address_key(address), reason=reason, evidence=evidence_of(notice.pk), at=at)


def _verdict(status: str) -> SuppressionReason | None:
    return verdict_on(status) if status else SuppressionReason.SOFT


def _said(news: News) -> str:
    return f"{news.status} {news.words}".strip()


def _event(notice: Notice, news: News) -> NotDelivered:
    return NotDelivered(
        notice.pk, notice.participant_id, news.failure, news.status, news.is_final, news.source
    )
