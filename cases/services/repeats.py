"""Whether what came again under a known key is what came first: if not, it must not vanish behind the first.

What people of ours or the machine changed since then is no difference: a late second click on the same button
still leads to what the first one made.
"""

from django.utils import timezone

from cases.models import Case, Channel, Contact, EventKind, ParticipantRole
from cases.models.codes import URGENCY_RANK
from cases.services._steps import clean_line, clean_text
from cases.services.intake import Conversation, Report


def is_repeat(report: Report, case: Case) -> bool:
    """Whether the case holds all that the report says: words, place, subject, contact, wishes and files."""
    return (
        case.description == clean_text(report.description)
        and case.address == clean_text(report.place.address)[:240]
        and _holds_subject(report, case)
        and _holds_reporter(report, case)
        and _holds_files(report, case)
    )


def is_repeated_contact(
    conversation: Conversation, contact: Contact, *, report: Report | None, case_id: int | None
) -> bool:
    """Whether the contact, and the case that came of it, hold all that the agent noted now."""
    return (
        _values(conversation) == _kept_values(contact)
        and _has_day_of(conversation, contact)
        and _holds_cases(contact, report, case_id)
    )


def _holds_subject(report: Report, case: Case) -> bool:
    """What was chosen now is what the case has, or had before somebody decided otherwise. Nothing adds nothing."""
    decided = case.events.filter(kind=EventKind.CLASSIFIED).order_by("id").values_list("payload", flat=True)
    first = decided.first() or {}
    category = report.category.code if report.category else ""
    was = {case.category.code if case.category else "", first.get("was_category")}
    holds_category = not category or category in was
    holds_kind = not report.kind or report.kind in {case.kind, first.get("was_kind")}
    return holds_category and holds_kind and case.queue_rank <= URGENCY_RANK[report.urgency]


def _holds_reporter(report: Report, case: Case) -> bool:
    person = case.participants.filter(role=ParticipantRole.REPORTER).order_by("id").first()
    if person is None:
        return False
    sent = report.reporter
    return (person.name, person.email, person.phone, person.postal_address, person.channel) == (
        clean_line(sent.name)[:160],
        sent.email,
        clean_text(sent.phone)[:40],
        clean_text(sent.postal_address),
        sent.channel,
    ) and report.language in ("", person.language)


def _holds_files(report: Report, case: Case) -> bool:
    first = case.messages.filter(source_key=report.source_key).first()
    kept = set(first.attachments.values_list("sha256", flat=True)) if first else set()
    return {file.sha256 for file in report.files} == kept


def _values(conversation: Conversation) -> tuple[str, ...]:
    return (
        clean_text(conversation.said),
        clean_text(conversation.answered),
        clean_line(conversation.name)[:160],
        clean_text(conversation.phone)[:40],
        conversation.email,
        conversation.language,
        conversation.privacy_version,
        conversation.channel,
        conversation.purpose,
        conversation.outcome,
    )


def _kept_values(contact: Contact) -> tuple[str, ...]:
    words = (contact.said, contact.answered, contact.name, contact.phone, contact.email, contact.language)
    return (*words, contact.privacy_version, contact.channel, contact.purpose, contact.outcome)


def _has_day_of(conversation: Conversation, contact: Contact) -> bool:
    """A call is received when it is logged; of visits and letters the day counts in law."""
    if conversation.channel == Channel.PHONE:
        return True
    return timezone.localdate(conversation.received_at) == timezone.localdate(contact.received_at)


def _holds_cases(contact: Contact, report: Report | None, case_id: int | None) -> bool:
    if report is not None:
        case = contact.cases.select_related("category").filter(source_key=report.source_key).first()
        return case is not None and is_repeat(report, case)
    return case_id is None or contact.cases.filter(pk=case_id).exists()
