"""How far the fetching of a mailbox has come: its lease, its turns, and what went wrong."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog
from django.db.models import F, Q, QuerySet

from contact_centre.intake.addresses import is_signed, mailbox_of
from contact_centre.intake.models import FETCHED, MailArrival, Mailbox, MailboxPoll

log = structlog.get_logger(__name__)
# Renewed with every mail; whoever dies in the middle gives way after it.
LEASE: Final = timedelta(minutes=3)
EVERY: Final = timedelta(seconds=30)
_FIRST_PAUSE: Final = timedelta(seconds=30)
_LONGEST_PAUSE: Final = timedelta(minutes=30)
_ERROR_LENGTH: Final = 500
_MOST_BROKE: Final = 100
_AT_ONCE: Final = 500


class LeaseLost(Exception):
    """Another worker has the mailbox by now."""


def due_mailboxes(at: datetime) -> list[int]:
    """The mailboxes in use whose turn it is and that nobody fetches; each gets its row of progress here."""
    boxes = Mailbox.objects.filter(is_active=True, source__in=FETCHED, merged_into=None)
    for pk in boxes.filter(poll=None).values_list("pk", flat=True):
        MailboxPoll.objects.get_or_create(mailbox_id=pk, defaults={"next_at": at, "created_at": at})
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    due = MailboxPoll.objects.filter(free, mailbox__in=boxes, stopped_at=None, next_at__lte=at)
    return list(due.order_by("next_at", "id").values_list("mailbox_id", flat=True))


def claim(mailbox_id: int, *, at: datetime) -> MailboxPoll | None:
    """Take the mailbox under a lease; None when another has it, or it waits for a person."""
    free = Q(lease_until=None) | Q(lease_until__lt=at)
    holder = str(uuid4())
    rows = MailboxPoll.objects.filter(free, mailbox_id=mailbox_id, stopped_at=None)
    if not rows.update(lease_until=at + LEASE, lease_holder=holder):
        return None
    return (
        MailboxPoll.objects.select_related("mailbox")
        .filter(mailbox_id=mailbox_id, lease_holder=holder)
        .first()
    )


def renew(poll: MailboxPoll, *, at: datetime) -> None:
    """Hold the lease on. Raises LeaseLost."""
    if not _mine(poll).update(lease_until=at + LEASE):
        raise LeaseLost(str(poll.mailbox_id))


def enter_folder(poll: MailboxPoll, uid_validity: int) -> None:
    """Another UIDVALIDITY: the server numbers its mails anew, and ours of old say nothing any more."""
    if poll.uid_validity != uid_validity:
        log.warning(
            "uid_validity_changed", mailbox=poll.mailbox.code, before=poll.uid_validity, now=uid_validity
        )
        poll.uid_validity, poll.last_uid, poll.broke_at = uid_validity, 0, []
        _mine(poll).update(uid_validity=uid_validity, last_uid=0, broke_at=[])


def succeed(poll: MailboxPoll, *, last_uid: int, waiting: int, is_more: bool, at: datetime) -> None:
    """A run came to its end: the next one in half a minute, or at once when there is more to fetch."""
    if waiting and not is_more:
        log.error("mails_not_recorded", mailbox=poll.mailbox.code, count=waiting)
    since = (poll.waiting_since or at) if waiting else None
    _mine(poll).update(
        lease_until=None,
        lease_holder="",
        next_at=at if is_more else at + EVERY,
        failures=0,
        error="",
        last_uid=last_uid,
        waiting_count=waiting,
        waiting_since=since,
        last_success_at=at,
    )


def fail(poll: MailboxPoll, *, error: str, at: datetime, at_uid: str | None = None) -> None:
    """A run broke off: later each time, and not all mailboxes of a server at the same moment.

    Where it broke off at a mail that is taken last, every other mail is there, and nothing is delayed by it.
    """
    is_known = at_uid in taken_last(poll)
    broke_at = list(poll.broke_at)
    if at_uid is not None:
        if is_known:
            broke_at.remove(at_uid)
        broke_at.append(at_uid)
    doubled = 0 if is_known else min(poll.failures, 10)
    pause = min(_FIRST_PAUSE * 2**doubled, _LONGEST_PAUSE)
    wait = pause * (0.5 + secrets.randbelow(1000) / 1000)
    log.warning(
        "mailbox_not_fetched", mailbox=poll.mailbox.code, error=error, seconds=int(wait.total_seconds())
    )
    _mine(poll).update(
        lease_until=None,
        lease_holder="",
        next_at=at + wait,
        failures=F("failures") + 1,
        error=error[:_ERROR_LENGTH],
        broke_at=broke_at[-_MOST_BROKE:],
    )


def taken_last(poll: MailboxPoll) -> list[str]:
    """The mails at which runs broke off twice: once is chance. Whichever broke the last one comes last."""
    twice = dict.fromkeys(reversed([uid for uid in poll.broke_at if poll.broke_at.count(uid) > 1]))
    return list(reversed(twice))


def stop(poll: MailboxPoll, *, error: str, at: datetime) -> None:
    """No more tries: only a person can mend it. The alarm is the log line, ``/readyz`` and the administration."""
    log.error("mailbox_stopped", mailbox=poll.mailbox.code, error=error)
    _mine(poll).update(
        lease_until=None,
        lease_holder="",
        stopped_at=at,
        failures=F("failures") + 1,
        error=error[:_ERROR_LENGTH],
    )


def start_again(mailbox_ids: list[int], *, at: datetime) -> int:
    """A person has mended something: the mailboxes are fetched again at once."""
    rows = MailboxPoll.objects.filter(mailbox_id__in=mailbox_ids)
    return rows.update(stopped_at=None, failures=0, error="", next_at=at)


def recorded(mailbox: Mailbox, place: str, uids: Sequence[str]) -> set[str]:
    """Which of these mails are recorded of a folder."""
    rows = MailArrival.objects.filter(source=mailbox.source, place=place)
    found: set[str] = set()
    for start in range(0, len(uids), _AT_ONCE):
        asked = rows.filter(external_id__in=uids[start : start + _AT_ONCE])
        found.update(asked.values_list("external_id", flat=True))
    return found


def arrived_since(mailbox: Mailbox, since: datetime) -> int:
    """How many mails came to the mailbox since then."""
    return MailArrival.objects.filter(mailbox=mailbox, arrived_at__gt=since).count()


def is_full(mailbox: Mailbox, at: datetime) -> bool:
    """Whether it has taken in as many mails as it takes in an hour."""
    return arrived_since(mailbox, at - timedelta(hours=1)) >= mailbox.max_per_hour


def takes_no_more(recipients: Collection[str], at: datetime) -> bool:
    """Whether every mailbox that a mail is for is full. What answers our own mails is always taken in."""
    if any(map(is_signed, recipients)):
        return False
    boxes = {box.pk: box for one in recipients if (box := mailbox_of(one))}
    return bool(boxes) and all(is_full(box, at) for box in boxes.values())


def _mine(poll: MailboxPoll) -> QuerySet[MailboxPoll]:
    return MailboxPoll.objects.filter(pk=poll.pk, lease_holder=poll.lease_holder)
