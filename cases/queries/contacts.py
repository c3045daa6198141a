"""Reads about moments of contact: what was logged, who must be called back, and who may hear a status by phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from cases.access import NoAccess, logged_contacts, sees_contacts, visible_cases, visible_contacts
from cases.actors import Actor
from cases.keys import pin_matches
from cases.models import (
    Case,
    CaseParticipant,
    Contact,
    ContactOutcome,
    Message,
    ParticipantRole,
)
from cases.queries.merged import answer_of, open_question
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


def who_answers(
    case: Case, *, phone: str, email: str, caller: CaseParticipant | None = None
) -> CaseParticipant | None:
    """The person on the case who is in touch: who said her PIN (``caller``), or the one with that phone or e-mail.

    None for anybody else: a stranger's words are nobody's answer.
    """
    if caller is not None and caller.case_id == case.pk:
        return caller
    digits = _digits(phone)
    for person in case.participants.filter(detached_at__isnull=True).order_by("id"):
        is_same = bool(digits) and _digits(person.phone) == digits
        if is_same or (email and person.email.lower() == email.lower()):
            return person
    return None


def caller_after_pin(participant_id: int, key_version: int) -> CaseParticipant | None:
    """Who said her PIN a little while ago, while it is still hers."""
    rows = CaseParticipant.objects.filter(detached_at__isnull=True, revoked_at__isnull=True)
    return rows.select_related("case").filter(pk=participant_id, key_version=key_version).first()


def to_read_out(case: Case, survivor: Case, user: User, by: Actor) -> Message | None:
    """What a caller is read besides the status: our open question to her own household, or our answer when her case
    has ended, also together with another. Nothing from a case that whoever reads may not see."""
    told = open_question(case) or answer_of(survivor)
    return told if told is not None and visible_cases(user, by).filter(pk=told.case_id).exists() else None


def participant_by_pin(reference: str, spoken: str) -> CaseParticipant:
    """The person on the case whose PIN was said; raises NoAccess, whether the case exists or not."""
    rows = CaseParticipant.objects.filter(case__reference=reference, detached_at__isnull=True)
    related = rows.select_related("case", "case__category", "case__department", "case__merged_into")
    found = [participant for participant in related.order_by("id") if pin_matches(participant, spoken)]
    if not found:
        raise NoAccess(reference)
    return found[0]


def _digits(phone: str) -> str:
    """The number without spaces and without the country: how people say it differs."""
    return "".join(character for character in phone if character.isdigit())[-9:]
