"""What people decide over a mail, written on its row with who and when. No decision ends the way back to a case."""

from datetime import datetime

import structlog
from django.db import transaction

from cases.actors import Actor
from cases.models import Message
from cases.services._steps import Refused
from cases.states import DESK
from contact_centre.intake.models import Decision, MailDecision, RawMessage, RawState, Reason

log = structlog.get_logger(__name__)


class CannotSettle(Refused):
    """The role does not decide over mails, or the mail is in no state for it."""


@transaction.atomic(durable=True)
def retry(*, raw_id: int, by: Actor, at: datetime) -> RawMessage:
    """Give a mail that failed back to the workers, with all its attempts. The caller wakes one.

    It is never read here: what ended its workers would end this process too. Raises CannotSettle.
    """
    row = _lock(raw_id, by)
    if row.state != RawState.FAILED:
        raise CannotSettle(str(raw_id))
    row.state, row.reason, row.attempts, row.deaths, row.lease_until = RawState.RECEIVED, "", 0, 0, None
    row.settled_at = None
    row.save(update_fields=["state", "reason", "attempts", "deaths", "lease_until", "settled_at"])
    _note(row, Decision.RETRY, by, at)
    return row


@transaction.atomic(durable=True)
def mark_as_spam(*, raw_id: int, by: Actor, at: datetime) -> RawMessage:
    """Put a mail without a case into the spam folder. A repeat changes nothing. Raises CannotSettle."""
    return _without_case(raw_id, Decision.SPAM, RawState.QUARANTINED, Reason.SPAM, by, at)


@transaction.atomic(durable=True)
def lay_aside(*, raw_id: int, by: Actor, at: datetime) -> RawMessage:
    """Say that a mail without a case needs nothing. A repeat changes nothing. Raises CannotSettle."""
    return _without_case(raw_id, Decision.LAY_ASIDE, RawState.IGNORED, Reason.BY_PERSON, by, at)


@transaction.atomic(durable=True)
def settle(
    row: RawMessage, decision: Decision, state: RawState, *, message: Message, by: Actor, at: datetime
) -> None:
    """Write down to which case a person gave the mail. Safe to repeat."""
    RawMessage.objects.filter(pk=row.pk).update(
        state=state, reason=Reason.BY_PERSON, case=message.case, case_message=message, settled_at=at, error=""
    )
    if row.case_id is None:
        _note(row, decision, by, at)


def may_be_put_aside(row: RawMessage) -> bool:
    """Whether a person may say that the mail is spam or needs nothing: what machines settled stays on record."""
    waits = row.state in (RawState.QUARANTINED, RawState.FAILED) or row.reason == Reason.BY_PERSON
    return waits and row.case_id is None


def _without_case(
    raw_id: int, decision: Decision, state: RawState, reason: Reason, by: Actor, at: datetime
) -> RawMessage:
    row = _lock(raw_id, by)
    if not may_be_put_aside(row):
        raise CannotSettle(str(raw_id))
    last = row.decisions.order_by("-id").first()
    if last is not None and last.decision == decision:
        return row
    row.state, row.reason, row.settled_at = state, reason, at
    row.save(update_fields=["state", "reason", "settled_at"])
    _note(row, decision, by, at)
    return row


def _lock(raw_id: int, by: Actor) -> RawMessage:
    if by.role not in DESK:
        raise CannotSettle(str(raw_id))
    return RawMessage.objects.select_for_update(of=("self",)).get(pk=raw_id)


def _note(row: RawMessage, decision: Decision, by: Actor, at: datetime) -> None:
    MailDecision.objects.create(raw=row, decision=decision, decided_by_id=by.user_id or 0, decided_at=at)
    log.info("mail_decided", raw_id=row.pk, decision=str(decision), user_id=by.user_id)
