"""Opening a case and logging a contact: the one way in for every channel."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from cases.actors import Actor, ActorKind, resident
from cases.deadlines import set_clocks
from cases.models import (
    Audience,
    Case,
    Channel,
    Contact,
    ContactOutcome,
    Message,
    MessagePurpose,
    Purpose,
)
from cases.payloads import ContactLinked, Received
from cases.services._files import attach_files
from cases.services._reports import Place, Report, Reporter, add_reporter, new_case
from cases.services._steps import clean_line, clean_text, save, write_message
from cases.timeline import record_event

__all__ = ["Conversation", "EmptyReport", "Place", "Report", "Reporter", "log_contact", "open_case"]


class EmptyReport(ValueError):
    """Nothing was said: no words and no file."""


def open_case(report: Report, *, by: Actor, at: datetime) -> Case:
    """Open one case with its reporter, first message and event; a repeat of the key returns the first case.

    Raises EmptyReport when there is neither a word nor a file.
    """
    try:
        return _open_once(report, by=by, at=at)
    except IntegrityError:
        # The key is known, and by now its case is there. Nobody asks beforehand: nearly every report is new, and of
        # two at once neither would find the other.
        known = Case.objects.filter(source_key=report.source_key).first()
        if known is None:
            raise
        return known


@transaction.atomic(durable=True)
def _open_once(report: Report, *, by: Actor, at: datetime) -> Case:
    return _open(report, by=by, at=at)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A moment with a resident, as the agent noted it."""

    source_key: str
    channel: Channel
    purpose: Purpose
    outcome: ContactOutcome
    started_at: datetime
    received_at: datetime
    said: str = ""
    answered: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = "pl"
    privacy_version: str = ""


def log_contact(
    conversation: Conversation,
    *,
    by: Actor,
    at: datetime,
    report: Report | None = None,
    case_id: int | None = None,
    needs_person: bool = False,
) -> Contact:
    """Log a call, visit or letter; open a case from it when ``report`` is given, or link it to ``case_id``, and call a
    person to that case where somebody has to look (``needs_person``).

    A repeat of the key returns the first contact.
    """
    try:
        return _log_once(
            conversation, by=by, at=at, report=report, case_id=case_id, needs_person=needs_person
        )
    except IntegrityError:
        known = Contact.objects.filter(source_key=conversation.source_key).first()
        if known is None:
            raise
        return known


@transaction.atomic(durable=True)
def _log_once(
    conversation: Conversation,
    *,
    by: Actor,
    at: datetime,
    report: Report | None,
    case_id: int | None,
    needs_person: bool,
) -> Contact:
    known = Contact.objects.filter(source_key=conversation.source_key).first()
    if known is not None:
        return known
    contact = _keep_contact(conversation, by=by, at=at)
    if report is not None:
        case = Case.objects.filter(source_key=report.source_key).first() or _open(report, by=by, at=at)
        _link(contact, Case.objects.lock(case.pk), by=by, at=at)
    elif case_id is not None:
        _link(contact, Case.objects.lock(case_id), by=by, at=at, needs_person=needs_person)
    return contact


def _open(report: Report, *, by: Actor, at: datetime) -> Case:
    words = clean_text(report.description)
    if not words and not report.files:
        raise EmptyReport(report.source_key)
    case = new_case(report, words, by=by, at=at)
    if by.kind is ActorKind.STAFF and case.category_id and case.kind:
        set_clocks(case)
    # force_insert: the id was taken from the sequence before.
    case.save(force_insert=True)
    participant = case.new_reporter = add_reporter(case, report, at)
    author = by if by.kind is ActorKind.STAFF else resident(participant.pk)
    message = case.new_message = _first_message(case, report, words, author, at)
    attach_files(case, message, report.files, at)
    record_event(case, Received(report.channel, message.pk, participant.pk), by=author, at=at)
    return case


def _first_message(case: Case, report: Report, words: str, author: Actor, at: datetime) -> Message:
    return write_message(
        case,
        words,
        audience=Audience.RESIDENT,
        purpose=MessagePurpose.REPORT,
        by=author,
        at=at,
        channel=report.channel,
        source_key=report.source_key,
        full_body=report.full_text,
    )


def _keep_contact(conversation: Conversation, *, by: Actor, at: datetime) -> Contact:
    return Contact.objects.create(
        source_key=conversation.source_key,
        channel=conversation.channel,
        purpose=conversation.purpose,
        outcome=conversation.outcome,
        name=clean_line(conversation.name)[:160],
        phone=clean_text(conversation.phone)[:40],
        email=conversation.email,
        language=conversation.language,
        said=clean_text(conversation.said),
        answered=clean_text(conversation.answered),
        started_at=conversation.started_at,
        ended_at=at,
        received_at=conversation.received_at,
        privacy_version=conversation.privacy_version,
        logged_by_id=by.user_id or 0,
    )


def _link(contact: Contact, case: Case, *, by: Actor, at: datetime, needs_person: bool = False) -> None:
    contact.cases.add(case)
    case.needs_person = case.needs_person or needs_person
    save(case, at, "needs_person")
    record_event(case, ContactLinked(contact.pk, contact.purpose), by=by, at=at)
