"""What the rules about senders say of a mail, and who may make such rules.

The centre head approves each rule: a rule that shuts somebody out may shut out a petition.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db import transaction
from django.db.models import Q

from cases.actors import Actor, ActorKind
from cases.queries.sql import Question, finds_a_row
from cases.services._steps import Refused
from cases.states import DESK
from contact_centre.intake.addresses import mailbox_of
from contact_centre.intake.identity import own_domains
from contact_centre.intake.mail import address, headers
from contact_centre.intake.mail.types import Envelope, Mailbox
from contact_centre.intake.models import OF_HEADERS, RuleAction, RuleField, SenderRule
from contact_centre.intake.patterns import fits, is_usable
from contact_centre.intake.public_mail import is_public_mail
from routing.models import Role

# A rule without an end is forgotten, and so is why it was made.
LONGEST: Final = timedelta(days=366)
# The hardest action counts; to let in beats them all.
_ORDER: Final = (RuleAction.ALLOW, RuleAction.DROP, RuleAction.SPAM, RuleAction.NO_AUTO_REPLY)
# No index finds these: each mail is held against each of them.
_ASKED_OF_ALL: Final = (*OF_HEADERS, RuleField.ADDRESS_PATTERN)
_VALUES: Final = 20


class CannotRule(Refused):
    """The role does not allow it, or the rule says too little."""


def rule_for(
    sender: Mailbox | None, envelope: Envelope, queues: tuple[str, ...], *, at: datetime
) -> SenderRule | None:
    """The rule that decides over a mail to these addresses of ours; None when nothing is said of it."""
    # The database finds the few that may be about it; an address is never the pattern of a rule about a domain.
    question, patterns = question_of(sender)
    if not finds_a_row(question, *patterns):
        return None
    about_it = Q(pattern__in=patterns) | Q(field__in=_ASKED_OF_ALL)
    rules = SenderRule.objects.filter(about_it, action__in=_ORDER)
    found = [
        rule
        for rule in rules
        if rule.is_in_force(at) and rule.queue in ("", *queues) and _holds(rule, sender, envelope)
    ]
    return min(found, key=lambda rule: (_ORDER.index(RuleAction(rule.action)), rule.pk), default=None)


def organisation_of(sender: Mailbox, *, at: datetime) -> SenderRule | None:
    """The rule by which people of the sender's very domain stand for one another. Whether she is of it is not asked."""
    question, patterns = question_of(sender)
    if not finds_a_row(question, *patterns):
        return None
    domain = sender.key.rpartition("@")[2]
    rules = SenderRule.objects.filter(action=RuleAction.ORGANISATION, pattern=domain).order_by("pk")
    return next((rule for rule in rules if rule.is_in_force(at)), None)


def question_of(sender: Mailbox | None) -> Question:
    """What is asked first: whether there is any rule that may be about the mail. Its values are the patterns
    that such a rule has."""
    patterns = (sender.key, *_domains(sender)) if sender is not None else ()
    of_sender = f"pattern IN ({', '.join(['%s'] * len(patterns))}) OR " if patterns else ""
    of_all = ", ".join(f"'{field}'" for field in _ASKED_OF_ALL)
    return f"SELECT 1 FROM intake_senderrule WHERE {of_sender}field IN ({of_all}) LIMIT 1", patterns  # noqa: S608


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule as somebody wishes it."""

    field: RuleField
    pattern: str
    action: RuleAction
    reason: str
    ends_at: datetime
    header: str = ""
    queue: str = ""


def queues_of(recipients: Collection[str]) -> tuple[str, ...]:
    """The addresses of ours by which rules may name where a mail went: as it stands there, and that of the mailbox."""
    boxes = (mailbox_of(one) for one in recipients)
    return (*recipients, *(address.key(box.address) for box in boxes if box is not None))


@transaction.atomic(durable=True)
def propose_rule(*, proposal: Proposal, by: Actor, at: datetime) -> SenderRule:
    """Write a rule down; it waits for the centre head. Raises CannotRule."""
    pattern = usable_pattern(proposal.field, proposal.pattern)
    header = proposal.header.strip().lower() if proposal.field in OF_HEADERS else ""
    says_all = pattern and proposal.reason.strip() and (header or proposal.field not in OF_HEADERS)
    if proposal.action == RuleAction.ORGANISATION:
        says_all = says_all and fault_of_organisation(proposal.field, pattern, proposal.queue) is None
    if by.role not in DESK or not says_all or not at < proposal.ends_at <= at + LONGEST:
        raise CannotRule(proposal.pattern)
    return SenderRule.objects.create(
        field=proposal.field,
        header=header,
        pattern=pattern,
        queue=address.key(proposal.queue) if proposal.queue else "",
        action=proposal.action,
        reason=proposal.reason.strip(),
        proposed_by_id=by.user_id or 0,
        proposed_at=at,
        ends_at=proposal.ends_at,
    )


@transaction.atomic(durable=True)
def approve_rule(*, rule_id: int, by: Actor, at: datetime) -> SenderRule:
    """Put a rule into force, as the centre head. Raises CannotRule."""
    rule = SenderRule.objects.select_for_update().get(pk=rule_id)
    is_over = rule.ends_at is not None and rule.ends_at <= at
    if by.kind is not ActorKind.STAFF or by.role != Role.HEAD or rule.approved_at is not None or is_over:
        raise CannotRule(str(rule_id))
    rule.approved_by_id, rule.approved_at = by.user_id, at
    rule.save(update_fields=["approved_by", "approved_at"])
    return rule


@transaction.atomic(durable=True)
def end_rule(*, rule_id: int, by: Actor, at: datetime) -> SenderRule:
    """End a rule before its day; what it shut out meanwhile can be taken up again. Raises CannotRule."""
    rule = SenderRule.objects.select_for_update().get(pk=rule_id)
    if by.role not in (Role.HEAD, Role.DISPATCHER):
        raise CannotRule(str(rule_id))
    if rule.ends_at is None or rule.ends_at > at:
        rule.ends_at = at
        rule.save(update_fields=["ends_at"])
    return rule


def _domains(sender: Mailbox) -> list[str]:
    """The sender's domain and all above it but the last label."""
    labels = sender.key.rpartition("@")[2].split(".")
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]


def _holds(rule: SenderRule, sender: Mailbox | None, envelope: Envelope) -> bool:
    if rule.field in OF_HEADERS:
        return holds_for(rule, envelope)
    if rule.field == RuleField.ADDRESS_PATTERN:
        return sender is not None and fits(rule.pattern, sender.key)
    return True


def holds_for(rule: Proposal | SenderRule, envelope: Envelope) -> bool:
    """Whether a rule about a header field holds for the mail: one of the topmost values, as a reader sees it."""
    values = (headers.decode(one) for one in envelope.values(rule.header)[:_VALUES])
    if rule.field == RuleField.HEADER_PATTERN:
        return any(fits(rule.pattern, value) for value in values)
    return any(rule.pattern.casefold() in value.casefold() for value in values)


def usable_pattern(field: RuleField, pattern: str) -> str:
    """What a rule keeps of what somebody typed, in the form in which it is compared; empty where it cannot be used."""
    text = pattern.strip()
    if field == RuleField.ADDRESS:
        return address.key(text) if "@" in text.strip("@") else ""
    if field == RuleField.DOMAIN:
        domain = address.key(f"x@{text.removeprefix('@')}").partition("@")[2]
        return domain if "." in domain else ""
    return text if field == RuleField.HEADER or is_usable(text) else ""


class OrganisationFault(StrEnum):
    """Why the people of a rule cannot stand for one another. ``PUBLIC``: everybody can be one of them."""

    NO_DOMAIN = "NO_DOMAIN"
    PUBLIC = "PUBLIC"
    OURS = "OURS"
    ONE_MAILBOX = "ONE_MAILBOX"


def fault_of_organisation(field: RuleField, pattern: str, queue: str) -> OrganisationFault | None:
    """What is wrong with a rule that makes a domain an organisation; None when nothing is."""
    if field != RuleField.DOMAIN:
        return OrganisationFault.NO_DOMAIN
    if is_public_mail(pattern):
        return OrganisationFault.PUBLIC
    if pattern in own_domains():
        return OrganisationFault.OURS
    return OrganisationFault.ONE_MAILBOX if queue else None
