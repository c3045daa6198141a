"""What the notifications do when a bell rings: wake a worker for an event, keep what a mail provider tells.

Losing the ring of an event loses nothing; a provider tells again until it is answered.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from anymail.signals import AnymailTrackingEvent, EventType
from anymail.signals import tracking as provider_told
from django.conf import settings
from django.utils import timezone

from cases.signals import case_event_recorded
from cases.waking import wake_after_commit
from notifications.models import NewsKind
from notifications.outcomes import News, keep_news
from notifications.services import CONSUMER
from notifications.subscriptions import NoSubscription, stop_following
from notifications.tasks import plan_event

# Queued, sent and the like say nothing that we did not know.
_KINDS: Final[Mapping[str, NewsKind]] = {
    EventType.DELIVERED: NewsKind.DELIVERED,
    EventType.DEFERRED: NewsKind.DEFERRED,
    EventType.BOUNCED: NewsKind.BOUNCED,
    EventType.REJECTED: NewsKind.REJECTED,
    EventType.FAILED: NewsKind.FAILED,
    EventType.COMPLAINED: NewsKind.COMPLAINED,
    EventType.UNSUBSCRIBED: NewsKind.UNSUBSCRIBED,
    EventType.OPENED: NewsKind.OPENED,
    EventType.CLICKED: NewsKind.CLICKED,
}
# The receiving side took the mail for spam. Anymail calls it a complaint, as if the person had made one.
_SPAM_BLOCK: Final = "SpamNotification"
_WATCHING: Final = (NewsKind.OPENED, NewsKind.CLICKED)


def connect() -> None:
    """Listen to the bells; called once when the application is ready."""
    case_event_recorded.connect(wake_planning, dispatch_uid="notifications.wake_planning")
    provider_told.connect(keep_what_was_told, dispatch_uid="notifications.keep_what_was_told")


def wake_planning(*, work: dict[str, int], **_kwargs: Any) -> None:
    """Send the work row's id to a worker; the sweep finds the row where the message is lost."""
    if CONSUMER in work:
        wake_after_commit(plan_event, work[CONSUMER])


def keep_what_was_told(*, event: AnymailTrackingEvent, esp_name: str, **_kwargs: Any) -> None:
    """Keep the news of a provider and do what it asks for; what people do with their mail only where a setting says
    so. Raises what the database raises: the provider tells it again."""
    kind = _kind_of(event, esp_name)
    if kind is None or (kind in _WATCHING and not settings.EMAIL_TRACK_OPENS):
        return
    at = timezone.now()
    news = News(
        provider=esp_name,
        key=str(event.event_id or _digest(event)),
        kind=kind,
        message_id=str(event.message_id or ""),
        recipient=event.recipient or "",
        reason=event.reject_reason or "",
        note=" ".join(str(said) for said in (event.mta_response, event.description) if said),
        occurred_at=event.timestamp or at,
    )
    row = keep_news(news, at=at)
    if kind == NewsKind.UNSUBSCRIBED and row.notice is not None:
        # Who is party to the case goes on hearing of it; the page of the notice shows the wish.
        with suppress(NoSubscription):
            stop_following(participant_id=row.notice.participant_id, at=at)


def _kind_of(event: AnymailTrackingEvent, provider: str) -> NewsKind | None:
    said = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    if provider == "Postmark" and said.get("Type") == _SPAM_BLOCK:
        return NewsKind.BOUNCED
    return _KINDS.get(event.event_type)


def _digest(event: AnymailTrackingEvent) -> str:
    """A name for news to which the provider gives none: the same when it comes again."""
    said = (event.event_type, event.message_id, event.recipient, event.timestamp, event.mta_response)
    return hashlib.sha256(repr(said).encode()).hexdigest()
