"""Reads about moments of contact: what an agent has just logged, and who may hear a status by phone."""

from dataclasses import dataclass

from cases.access import NoAccess
from cases.keys import pin_matches
from cases.models import Case, CaseParticipant, Contact, ParticipantRole
from routing.models import User


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """A contact with the case that came of it, and the person on that case."""

    contact: Contact
    case: Case | None
    participant: CaseParticipant | None


def contact_logged_by(user: User, contact_id: int) -> LoggedContact:
    """A contact that this person logged; raises NoAccess for everybody else's."""
    contact = Contact.objects.filter(pk=contact_id, logged_by=user).first()
    if contact is None:
        raise NoAccess(str(contact_id))
    case = contact.cases.order_by("-id").first()
    participant = None
    if case is not None and case.source_key == contact.source_key:
        participant = case.participants.filter(role=ParticipantRole.REPORTER).order_by("id").first()
    return LoggedContact(contact, case, participant)


def participant_by_pin(reference: str, spoken: str) -> CaseParticipant:
    """The person on the case whose PIN was said; raises NoAccess, whether the case exists or not."""
    rows = CaseParticipant.objects.filter(case__reference=reference, detached_at__isnull=True)
    related = rows.select_related("case", "case__category", "case__department", "case__merged_into")
    found = [participant for participant in related.order_by("id") if pin_matches(participant, spoken)]
    if not found:
        raise NoAccess(reference)
    return found[0]
