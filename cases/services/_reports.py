"""A request as it comes in, and the rows that it makes: what opening a case and taking one apart have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from cases.actors import Actor, ActorKind
from cases.files import StoredFile
from cases.models import Case, CaseParticipant, Channel, ContactChannel, ParticipantRole
from cases.models.codes import URGENCY_RANK
from cases.models.references import make_reference, next_case_id
from cases.phones import is_mobile
from cases.services._steps import clean_line, clean_text
from cases.services._subjects import SUBJECT_LENGTH, first_line
from cases.states import DISPATCH
from routing.models import Category, Department, District, Kind, Street, Urgency


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
        """The channel wished for, or the best one of what was given. No text message to a landline: we call back."""
        given = {
            ContactChannel.EMAIL: self.email,
            ContactChannel.PHONE: clean_text(self.phone),
            ContactChannel.LETTER: clean_text(self.postal_address),
        }
        wish = self.wishes
        if wish is ContactChannel.SMS and not is_mobile(self.phone):
            wish = ContactChannel.PHONE
        if wish is ContactChannel.SMS or wish is ContactChannel.NONE:
            return wish
        if wish is not None and given[wish]:
            return wish
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
    # All words of the mail, where the description is only what the person wrote.
    full_text: str = ""
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
    # The case that ended long ago and that the resident answers to.
    continues_id: int | None = None


def new_case(report: Report, words: str, *, by: Actor, at: datetime) -> Case:
    """The row of a new case, not yet written."""
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
        is_kind_decided=bool(kind and kind.is_legal) and by.role in DISPATCH,
        received_at=report.received_at,
        updated_at=at,
        possible_duplicate_of_id=report.same_as_id,
        parent_id=report.continues_id,
        logged_by_id=by.user_id,
    )


def add_reporter(case: Case, report: Report, at: datetime) -> CaseParticipant:
    """Write who reported."""
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


def let_in(case: Case, sender: Reporter, at: datetime) -> CaseParticipant:
    """Who wrote, as a person on the case: known there by her address, or following it from now on."""
    known = case.participants.filter(email__iexact=sender.email, detached_at__isnull=True)
    found = known.order_by("id").first() if sender.email else None
    return found or CaseParticipant.objects.create(
        case=case,
        role=ParticipantRole.FOLLOWER,
        name=clean_line(sender.name)[:160],
        email=sender.email,
        channel=sender.channel if sender.email else ContactChannel.NONE,
        created_at=at,
    )
