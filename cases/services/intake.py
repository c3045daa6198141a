"""Opening a case and logging a contact: the one way in for every channel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.actors import Actor, ActorKind, resident
from cases.deadlines import set_clocks
from cases.files import StoredFile
from cases.models import (
    Audience,
    Case,
    CaseParticipant,
    Channel,
    Contact,
    ContactChannel,
    ContactOutcome,
    Message,
    MessagePurpose,
    Purpose,
)
from cases.models.codes import URGENCY_RANK
from cases.models.references import make_reference, next_case_id
from cases.payloads import ContactLinked, Received
from cases.services._files import attach_files
from cases.services._steps import clean_line, clean_text, save, write_message
from cases.services._subjects import SUBJECT_LENGTH, first_line
from cases.timeline import record_event
from routing.models import Category, Department, District, Kind, Street, Urgency


class EmptyReport(ValueError):
    """Nothing was said: no words and no file."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Contact details given for a case. All may be empty: then nobody can be told."""

    name: str = ""
    email: str = ""
    phone: str = ""
    postal_address: str = ""
    wishes: ContactChannel | None = None
    privacy_version: str = ""

    @property
    def channel(self) -> ContactChannel:
        """The channel wished for, or the best one of what was given."""
        given = {
            ContactChannel.EMAIL: self.email,
            ContactChannel.PHONE: clean_text(self.phone),
            ContactChannel.LETTER: clean_text(self.postal_address),
        }
        if self.wishes is not None and (self.wishes is ContactChannel.NONE or given[self.wishes]):
            return self.wishes
        return next((channel for channel, value in given.items() if value), ContactChannel.NONE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the words of the resident, and what of the gazetteer they were matched to."""

    address: str = ""
    street: Street | None = None
    area: District | None = None
    lat: float | None = None
    lon: float | None = None
    asset_code: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A request as it came in. ``source_key`` names it for ever: the same key opens one case only."""

    source_key: str
    channel: Channel
    description: str
    received_at: datetime
    # Empty where the channel does not tell: triage then reads it from the text.
    language: str = ""
    subject: str = ""
    category: Category | None = None
    kind: Kind | None = None
    urgency: Urgency = Urgency.NORMAL
    place: Place = field(default_factory=Place)
    reporter: Reporter = field(default_factory=Reporter)
    files: Sequence[StoredFile] = ()
    # The department to whose mailbox the resident wrote; the rules may look at it.
    addressed_to: Department | None = None
    # The case that the resident says it is the same as; nothing follows from it but a hint for a person.
    same_as_id: int | None = None


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
) -> Contact:
    """Log a call, visit or letter; open a case from it when ``report`` is given, or link it to ``case_id``.

    A repeat of the key returns the first contact.
    """
    try:
        return _log_once(conversation, by=by, at=at, report=report, case_id=case_id)
    except IntegrityError:
        known = Contact.objects.filter(source_key=conversation.source_key).first()
        if known is None:
            raise
        return known


@transaction.atomic(durable=True)
def _log_once(
    conversation: Conversation, *, by: Actor, at: datetime, report: Report | None, case_id: int | None
) -> Contact:
    known = Contact.objects.filter(source_key=conversation.source_key).first()
    if known is not None:
        return known
    contact = _keep_contact(conversation, by=by, at=at)
    if report is not None:
        case = Case.objects.filter(source_key=report.source_key).first() or _open(report, by=by, at=at)
        _link(contact, Case.objects.lock(case.pk), by=by, at=at)
    elif case_id is not None:
        _link(contact, Case.objects.lock(case_id), by=by, at=at)
    return contact


def _open(report: Report, *, by: Actor, at: datetime) -> Case:
    words = clean_text(report.description)
    if not words and not report.files:
        raise EmptyReport(report.source_key)
    case = _new_case(report, words, by=by, at=at)
    if by.kind is ActorKind.STAFF and case.category_id and case.kind:
        set_clocks(case)
    # force_insert: the id was taken from the sequence before.
    case.save(force_insert=True)
    participant = case.new_reporter = _add_reporter(case, report, at)
    author = by if by.kind is ActorKind.STAFF else resident(participant.pk)
    message = _first_message(case, report, words, author, at)
    attach_files(case, message, report.files, at)
    record_event(case, Received(report.channel, message.pk, participant.pk), by=author, at=at)
    return case


def _new_case(report: Report, words: str, *, by: Actor, at: datetime) -> Case:
    case_id = next_case_id()
    category, place = report.category, report.place
    kind = report.kind or (Kind(category.kind) if category and category.is_settled else None)
    logged = by.kind is ActorKind.STAFF
    return Case(
        pk=case_id,
        reference=make_reference(case_id, timezone.localdate(report.received_at).year),
        source_key=report.source_key,
        channel=report.channel,
        kind=kind or "",
        category=category,
        addressed_to=report.addressed_to,
        urgency=report.urgency,
        queue_rank=URGENCY_RANK[report.urgency],
        subject=clean_line(report.subject)[:SUBJECT_LENGTH] or clean_line(first_line(words)),
        description=words,
        language=report.language,
        address=clean_text(place.address)[:240],
        street=place.street,
        area_id=place.area.pk if place.area else (place.street.district_id if place.street else None),
        lat=place.lat,
        lon=place.lon,
        asset_code=place.asset_code,
        is_public=bool(category and category.may_be_public),
        # What a person of ours classified is not restricted for being unread by the machine.
        is_restricted=kind.is_legal if kind and logged else True,
        received_at=report.received_at,
        updated_at=at,
        possible_duplicate_of_id=report.same_as_id,
        logged_by_id=by.user_id,
    )


def _add_reporter(case: Case, report: Report, at: datetime) -> CaseParticipant:
    reporter = report.reporter
    return CaseParticipant.objects.create(
        case=case,
        name=clean_line(reporter.name)[:160],
        email=reporter.email,
        phone=clean_text(reporter.phone)[:40],
        postal_address=clean_text(reporter.postal_address),
        language=report.language,
        channel=reporter.channel,
        privacy_version=reporter.privacy_version,
        created_at=at,
    )


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


def _link(contact: Contact, case: Case, *, by: Actor, at: datetime) -> None:
    contact.cases.add(case)
    save(case, at)
    record_event(case, ContactLinked(contact.pk, contact.purpose), by=by, at=at)
