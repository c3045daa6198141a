"""What people decide over mails that the machine left to them: join a case, or become a case.

The mail is read again from its bytes, and counts from the moment when it came, not from the decision.
"""

from datetime import datetime
from typing import Final

from cases.actors import Actor, resident
from cases.models import Case, Channel, ContactChannel, Message
from cases.services._steps import Refused
from cases.services.intake import Report, Reporter, open_case
from cases.services.mails import join_mail, set_mail_apart
from cases.states import DESK
from contact_centre.intake import decisions, store
from contact_centre.intake.fates import source_key
from contact_centre.intake.identity import claims_to_be_us, identity_of
from contact_centre.intake.mail import attachments
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.subject import without_marks
from contact_centre.intake.mail.threading import without_reference
from contact_centre.intake.mail.types import Machine, ParsedMail
from contact_centre.intake.models import Decision, RawMessage, RawState, Reason

# What has no case, and may get one by a person's word.
_OPEN_TO_PEOPLE: Final = (
    RawState.QUARANTINED, RawState.IGNORED, RawState.FAILED, RawState.AUTO_REPLY_RECORDED, RawState.BOUNCE_RECORDED,
    RawState.REPORT_RECORDED,
)  # fmt: skip


class CannotDecide(Refused):
    """The mail has a case already, or the role does not decide over mails."""


def waiting_beside(case: Case) -> list[RawMessage]:
    """The mails that wait beside the case, the oldest first."""
    rows = RawMessage.objects.filter(suggested_case=case, state=RawState.QUARANTINED, reason=Reason.WAITS)
    return list(rows.order_by("id"))


def attach_to_case(*, raw_id: int, case_id: int, is_told: bool, by: Actor, at: datetime) -> Message:
    """Add the mail to the case; its writer has a part in it from then on, and hears of it when ``is_told``.

    A repeat changes nothing. Raises CannotDecide or CannotJoin.
    """
    row, mail = _take(raw_id, by)
    kept, _left = attachments.keep(mail.files)
    words = mail.reply or mail.text or mail.subject
    sender = _reporter(mail, is_told=is_told)
    message = join_mail(
        case_id=case_id, sender=sender, body=words, source_key=source_key(row), by=by, at=at, files=kept
    )
    decisions.settle(row, Decision.ATTACH, RawState.CASE_UPDATED, message=message, by=by, at=at)
    return message


def open_own_case(*, raw_id: int, by: Actor, at: datetime, is_told: bool = True) -> Case:
    """Make the mail a case of its own, received when it came; its writer hears of it when ``is_told``.

    A repeat returns the first case.

    Raises CannotDecide, or EmptyReport when there is nothing in it.
    """
    row, mail = _take(raw_id, by)
    kept, _left = attachments.keep(mail.files)
    report = Report(
        source_key=source_key(row),
        channel=Channel.EMAIL,
        description=mail.text or mail.subject,
        subject=without_reference(without_marks(mail.subject)),
        received_at=row.received_at,
        reporter=_reporter(mail, is_told=is_told),
        files=kept,
    )
    case = open_case(report, by=resident(None), at=at)
    if row.suggested_case_id is not None:
        set_mail_apart(case_id=row.suggested_case_id, into_id=case.pk, by=by, at=at)
    message = Message.objects.get(source_key=report.source_key)
    decisions.settle(row, Decision.OPEN, RawState.CASE_CREATED, message=message, by=by, at=at)
    return case


def is_open_to_people(row: RawMessage) -> bool:
    """Whether a person may still give the mail a case."""
    return row.state in _OPEN_TO_PEOPLE and row.case_id is None


def _take(raw_id: int, by: Actor) -> tuple[RawMessage, ParsedMail]:
    row = RawMessage.objects.get(pk=raw_id)
    if by.role not in DESK or not (is_open_to_people(row) or row.reason == Reason.BY_PERSON):
        raise CannotDecide(str(raw_id))
    return row, parse(store.readable(row))


def _reporter(mail: ParsedMail, *, is_told: bool) -> Reporter:
    """Who wrote. Nobody is told by mail where a machine or somebody else may have written, whatever was ticked."""
    who = identity_of(mail)
    if who.writer is None:
        return Reporter(wishes=ContactChannel.NONE)
    is_doubtful = mail.machine is not Machine.NO or who.is_unverified or claims_to_be_us(mail)
    wishes = None if is_told and not is_doubtful else ContactChannel.NONE
    return Reporter(name=who.writer.name, email=who.writer.address, wishes=wishes)
