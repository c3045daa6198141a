"""Whether mail comes in: mailboxes that are stopped, silent or not read to their end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from contact_centre.intake.models import FETCHED, MailboxPoll
from contact_centre.web.health import Degraded


@dataclass(frozen=True, slots=True)
class Trouble:
    """One mailbox that needs a person, and why, in a code and in the words of the error."""

    mailbox: str
    code: str
    error: str = ""


def troubles(at: datetime) -> list[Trouble]:
    """Every mailbox in use that needs a person: what the desk counts and ``/readyz`` calls degraded."""
    polls = MailboxPoll.objects.filter(
        mailbox__is_active=True, mailbox__source__in=FETCHED, mailbox__merged_into=None
    )
    return [one for poll in polls.select_related("mailbox").order_by("id") for one in _of(poll, at)]


def check_mail() -> None:
    """Mail comes in. Raises Degraded: visitors may come all the same."""
    found = troubles(timezone.now())
    if found:
        raise Degraded(", ".join(f"{one.mailbox}: {one.code}" for one in found))


def _of(poll: MailboxPoll, at: datetime) -> Iterator[Trouble]:
    code, patience = poll.mailbox.code, timedelta(minutes=settings.MAIL_SILENCE_MINUTES)
    if poll.stopped_at is not None:
        yield Trouble(code, "STOPPED", poll.error)
    elif (poll.last_success_at or poll.created_at) < at - patience:
        yield Trouble(code, "SILENT", poll.error)
    if poll.waiting_since is not None and poll.waiting_since < at - patience:
        yield Trouble(code, "NOT_RECORDED", str(poll.waiting_count))
