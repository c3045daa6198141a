"""Words that came to the wrong case: moved to another one, or made a case of their own."""

from datetime import datetime

from django.db import transaction

from cases.actors import Actor
from cases.mail_payloads import MessageCame, MessageMoved
from cases.models import (
    Case,
    CaseParticipant,
    Channel,
    ContactChannel,
    Message,
    MessagePurpose,
    ParticipantRole,
)
from cases.payloads import Received
from cases.services._reports import Report, Reporter, add_reporter, new_case
from cases.services._steps import Refused, save
from cases.states import DESK, Outcome, Status
from cases.timeline import record_event

_SAME = ("name", "email", "phone", "postal_address", "language", "channel", "resident_id", "organisation_id")


class CannotMove(Refused):
    """The words are not a resident's later words on this case, the role does not move words, or the case that
    they should go to takes none."""


@transaction.atomic(durable=True)
def move_message(
    *, case_id: int, message_id: int, into_id: int, by: Actor, at: datetime, version: int | None = None
) -> Message:
    """Move a resident's words with their files to another case, where their writer takes part from now on.

    Raises CannotMove. The first words of a case stay: without them it would be about nothing.
    """
    if case_id == into_id:
        raise CannotMove(str(case_id))
    locked = {
        pk: Case.objects.lock(pk, version if pk == case_id else None) for pk in sorted((case_id, into_id))
    }
    case, target = locked[case_id], locked[into_id]
    message = _movable(case, message_id, by)
    if not target.may_work(by) or target.status == Status.MERGED or target.outcome == Outcome.SPAM:
        raise CannotMove(target.reference)
    if target.status != Status.NEW:
        target.needs_person = True
    writer = message.author_participant
    _put(message, target, _same_person(target, writer, at) if writer else None)
    save(case, at)
    save(target, at, "needs_person")
    record_event(case, MessageMoved(message.pk, target.pk), by=by, at=at)
    record_event(target, MessageCame(message.pk, case.pk), by=by, at=at)
    return message


@transaction.atomic(durable=True)
def split_message(
    *, case_id: int, message_id: int, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Make a resident's words, with their files, a case of their own, received when they came. Raises CannotMove.

    It is read, sorted and confirmed like any other; whether it is a matter of law is open again.
    """
    case = Case.objects.lock(case_id, version)
    message = _movable(case, message_id, by)
    writer = message.author_participant
    report = Report(
        source_key=f"split:{message.pk}",
        channel=Channel(message.channel or case.channel),
        description=message.body or case.subject,
        received_at=message.created_at,
        language=message.language,
        reporter=_reporter(writer),
    )
    apart = new_case(report, report.description, by=by, at=at)
    apart.parent_id = case.pk
    apart.save(force_insert=True)
    participant = add_reporter(apart, report, at)
    _put(message, apart, participant, MessagePurpose.REPORT)
    save(case, at)
    record_event(case, MessageMoved(message.pk, apart.pk), by=by, at=at)
    record_event(apart, Received(report.channel, message.pk, participant.pk), by=by, at=at)
    return apart


def movable_messages(case: Case) -> list[Message]:
    """The words on the case that may be moved, the newest first."""
    rows = case.messages.filter(purpose=MessagePurpose.REPLY, author_user__isnull=True)
    return list(rows.select_related("author_participant").order_by("-id"))


def _movable(case: Case, message_id: int, by: Actor) -> Message:
    rows = Message.objects.select_for_update(of=("self",)).filter(pk=message_id, case=case)
    message = rows.filter(purpose=MessagePurpose.REPLY, author_user__isnull=True).first()
    if message is None or by.role not in DESK or not case.may_work(by):
        raise CannotMove(case.reference)
    return message


def _put(
    message: Message,
    case: Case,
    writer: CaseParticipant | None,
    purpose: MessagePurpose = MessagePurpose.REPLY,
) -> None:
    message.case, message.author_participant, message.purpose = case, writer, purpose
    message.save(update_fields=["case", "author_participant", "purpose"])
    message.attachments.update(case=case)


def _same_person(case: Case, writer: CaseParticipant, at: datetime) -> CaseParticipant:
    """Who wrote, on the case that her words go to: known there by her address, or new there."""
    known = case.participants.filter(email__iexact=writer.email, detached_at__isnull=True)
    found = known.order_by("id").first() if writer.email else None
    same = {name: getattr(writer, name) for name in _SAME}
    return found or CaseParticipant.objects.create(
        case=case, role=ParticipantRole.FOLLOWER, created_at=at, **same
    )


def _reporter(writer: CaseParticipant | None) -> Reporter:
    if writer is None:
        return Reporter(wishes=ContactChannel.NONE)
    return Reporter(
        name=writer.name,
        email=writer.email,
        phone=writer.phone,
        postal_address=writer.postal_address,
        wishes=ContactChannel(writer.channel),
    )
