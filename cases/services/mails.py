"""Mails that are not simply a resident's words: those of strangers, of machines, and what they make of a case."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases.actors import SYSTEM_ACTOR, Actor, resident
from cases.files import StoredFile
from cases.mail_payloads import AutoReplied, LoopStopped, MailAllowed, MailApart, MailJoined, MailWaits
from cases.models import (
    Audience,
    Case,
    CaseParticipant,
    Channel,
    ContactChannel,
    Message,
    MessagePurpose,
)
from cases.payloads import NoteAdded
from cases.services._files import attach_files
from cases.services._reports import Reporter, let_in
from cases.services._steps import Refused, clean_text, save, touch, write_message
from cases.states import DESK, Status
from cases.timeline import record_event


class CannotJoin(Refused):
    """The role does not decide over mails, the case is merged, or there is nothing in the mail."""


def keep_waiting(*, case_id: int, body: str, source_key: str, at: datetime) -> Message:
    """Tell whoever works the case that a stranger's mail waits beside it. A repeat of the key changes nothing."""
    return _raise_person(case_id, body, source_key, MailWaits, at)


def call_for_person(*, case_id: int, body: str, source_key: str, at: datetime) -> Message:
    """Leave a note of the system that somebody has to read. A repeat of the key changes nothing."""
    return _raise_person(case_id, body, source_key, NoteAdded, at)


@transaction.atomic(durable=True)
def _raise_person(
    case_id: int, body: str, source_key: str, event: type[MailWaits] | type[NoteAdded], at: datetime
) -> Message:
    case = Case.objects.lock(case_id)
    known = Message.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    case.needs_person = True
    save(case, at, "needs_person")
    message = _system_note(case, body, source_key, at)
    record_event(case, event(message.pk), by=SYSTEM_ACTOR, at=at)
    return message


@transaction.atomic(durable=True)
def join_mail(
    *,
    case_id: int,
    sender: Reporter,
    body: str,
    source_key: str,
    by: Actor,
    at: datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """Add a stranger's mail to the case because one of us says so; from then on the writer has a part in it.

    ``sender.wishes`` says whether she is told of the case. A repeat of the key returns the first message.
    Raises CannotJoin.
    """
    case = Case.objects.lock(case_id)
    known = Message.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    has_words = bool(clean_text(body) or files)
    if by.role not in DESK or case.status == Status.MERGED or not has_words:
        raise CannotJoin(case.reference)
    participant = let_in(case, sender, at)
    if case.status != Status.NEW:
        case.needs_person = True
    save(case, at, "needs_person")
    message = write_message(
        case,
        body,
        audience=Audience.RESIDENT,
        purpose=MessagePurpose.REPLY,
        by=resident(participant.pk),
        at=at,
        channel=Channel.EMAIL,
        source_key=source_key,
    )
    attach_files(case, message, files, at)
    record_event(case, MailJoined(message.pk, participant.pk), by=by, at=at)
    return message


@transaction.atomic(durable=True)
def set_mail_apart(*, case_id: int, into_id: int, by: Actor, at: datetime) -> Case:
    """Write on the case that the mail which waited beside it has a case of its own. Raises CannotJoin."""
    case = Case.objects.lock(case_id)
    if by.role not in DESK:
        raise CannotJoin(case.reference)
    if not case.events.filter(kind=MailApart.kind, payload__into=into_id).exists():
        touch(case, at)
        record_event(case, MailApart(into_id), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def allow_mail(*, case_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """A person has seen that a person wrote: whoever left nothing but an address is told by mail from now on.

    Raises CannotJoin.
    """
    case = Case.objects.lock(case_id, version)
    silent = list(silent_participants(case).select_for_update(of=("self",)))
    if by.role not in DESK or not silent:
        raise CannotJoin(case.reference)
    CaseParticipant.objects.filter(pk__in=[one.pk for one in silent]).update(channel=ContactChannel.EMAIL)
    save(case, at)
    record_event(case, MailAllowed(tuple(one.pk for one in silent)), by=by, at=at)
    return case


def silent_participants(case: Case) -> QuerySet[CaseParticipant]:
    """Who wrote from an address to which nothing is sent by itself."""
    people = case.participants.filter(channel=ContactChannel.NONE, detached_at__isnull=True)
    return people.exclude(email="").order_by("id")


@transaction.atomic(durable=True)
def record_auto_reply(*, participant_id: int, body: str, source_key: str, at: datetime) -> Message:
    """Keep a machine's answer for colleagues alone. The case stays as it is: nobody said anything.

    A repeat of the key returns the first one.
    """
    participant = CaseParticipant.objects.get(pk=participant_id)
    case = Case.objects.lock(participant.case_id)
    known = Message.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    touch(case, at)
    message = write_message(
        case,
        body,
        audience=Audience.INTERNAL,
        purpose=MessagePurpose.AUTO_REPLY,
        by=resident(participant.pk),
        at=at,
        channel=Channel.EMAIL,
        source_key=source_key,
    )
    record_event(case, AutoReplied(message.pk), by=resident(participant.pk), at=at)
    return message


@transaction.atomic(durable=True)
def report_loop(*, participant_id: int, at: datetime) -> Case:
    """Have a person look at a case on which machines answer each other; once until somebody writes again."""
    participant = CaseParticipant.objects.get(pk=participant_id)
    case = Case.objects.lock(participant.case_id)
    last = (
        case.events.filter(kind=LoopStopped.kind, payload__participant=participant.pk).order_by("-id").first()
    )
    words = Message.objects.filter(case=case, purpose=MessagePurpose.REPLY, author_participant=participant)
    if last is None or words.filter(created_at__gt=last.occurred_at).exists():
        case.needs_person = True
        save(case, at, "needs_person")
        record_event(case, LoopStopped(participant.pk), by=SYSTEM_ACTOR, at=at)
    return case


def _system_note(case: Case, body: str, source_key: str, at: datetime) -> Message:
    return write_message(
        case,
        body,
        audience=Audience.INTERNAL,
        purpose=MessagePurpose.NOTE,
        by=SYSTEM_ACTOR,
        at=at,
        source_key=source_key,
    )
