"""Reads about moments of contact: what was logged, who must be called back, and who may hear a status by phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from cases.access import NoAccess, logged_contacts, sees_contacts, visible_cases, visible_contacts
from cases.actors import Actor
from cases.keys import pin_matches
from cases.models import Case, CaseParticipant, Contact, ContactOutcome, ParticipantRole
from cases.states import Status
from routing.models import User

# How long whoever logged a contact may still read the PIN to the person.
TOLD_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """A contact with its case. ``participant``: who reported it then, while her PIN is still to be told."""

    contact: Contact
    case: Case | None
    participant: CaseParticipant | None
    may_open: bool


def contact_logged_by(user: User, by: Actor, contact_id: int, at: datetime) -> LoggedContact:
    """A contact that this person logged; raises NoAccess for everybody else's, and for what she may not know (any
    more). The PIN opens a status to whoever knows it: it is told on the day of the contact only."""
    since = at - TOLD_WITHIN
    contact = logged_contacts(user, by, since=since).filter(pk=contact_id).first()
    if contact is None:
        raise NoAccess(str(contact_id))
    case = contact.cases.order_by("-id").first()
    participant = None
    if case is not None and case.source_key == contact.source_key and contact.ended_at >= since:
        reporters = case.participants.filter(role=ParticipantRole.REPORTER, detached_at__isnull=True)
        participant = reporters.order_by("id").first()
    may_open = case is not None and visible_cases(user, by).filter(pk=case.pk).exists()
    return LoggedContact(contact, case, participant, may_open)


def contacts_for_staff(user: User, by: Actor) -> QuerySet[Contact]:
    """The contacts that this person may see, with their cases; raises NoAccess for a role without contacts."""
    if not sees_contacts(by):
        raise NoAccess("contacts")
    cases = Prefetch("cases", Case.objects.only("reference").order_by("id"))
    rows = visible_contacts(user, by).select_related("logged_by", "called_back_by")
    return rows.prefetch_related(cases)


def call_backs_due(user: User, by: Actor) -> QuerySet[Contact]:
    """The contacts whose promised call back nobody has made."""
    return visible_contacts(user, by).filter(outcome=ContactOutcome.CALL_BACK, called_back_at__isnull=True)


def get_contact_for_staff(user: User, by: Actor, contact_id: int) -> Contact:
    """One contact of the list; raises NoAccess."""
    contact = visible_contacts(user, by).filter(pk=contact_id).first()
    if contact is None:
        raise NoAccess(str(contact_id))
    return contact


def is_logged(source_key: str) -> bool:
    """Whether a contact of this key is there already: its form was sent before."""
    return Contact.objects.filter(source_key=source_key).exists()


def who_answers(case: Case, *, phone: str, email: str) -> CaseParticipant | None:
    """The person on the case who is in touch: the one with that phone or e-mail, else the first; None without any."""
    people = list(case.participants.filter(detached_at__isnull=True).order_by("id"))
    digits = _digits(phone)
    for person in people:
        is_same = bool(digits) and _digits(person.phone) == digits
        if is_same or (email and person.email.lower() == email.lower()):
            return person
    return people[0] if people else None


def participant_by_pin(reference: str, spoken: str) -> CaseParticipant:
    """The person on the case whose PIN was said; raises NoAccess, whether the case exists or not."""
    rows = CaseParticipant.objects.filter(case__reference=reference, detached_at__isnull=True)
    related = rows.select_related("case", "case__category", "case__department", "case__merged_into")
    found = [participant for participant in related.order_by("id") if pin_matches(participant, spoken)]
    if not found:
        raise NoAccess(reference)
    return found[0]


def survivor_of(case: Case) -> Case:
    """The case in which the work goes on: the case itself, or the one that it was merged into."""
    seen = {case.pk}
    while case.status == Status.MERGED and case.merged_into_id and case.merged_into_id not in seen:
        seen.add(case.merged_into_id)
        related = Case.objects.select_related("category", "department", "merged_into")
        case = related.get(pk=case.merged_into_id)
    return case


def _digits(phone: str) -> str:
    """The number without spaces and without the country: how people say it differs."""
    return "".join(character for character in phone if character.isdigit())[-9:]
