"""What a rule about senders would have been about: shown before it is proposed, and before it is approved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Count, Max, Q, QuerySet, TextField
from django.db.models.functions import Cast

from cases.models import CaseParticipant
from contact_centre.intake import store
from contact_centre.intake.addresses import mailbox_of
from contact_centre.intake.mail import address, envelope, tree
from contact_centre.intake.mail.threading import OF_ORGANISATION
from contact_centre.intake.mail.types import Envelope
from contact_centre.intake.models import (
    OF_HEADERS,
    RawChannel,
    RawMessage,
    RuleAction,
    RuleField,
    SenderRule,
)
from contact_centre.intake.patterns import fits
from contact_centre.intake.senders import Proposal, holds_for, usable_pattern

# A header lies in the bytes of its mail: of so many, the newest, it is read for a page.
HEADERS_READ: Final = 1_000
# The newest mails of a pattern are from these of its senders, who wrote last.
_LAST_SENDERS: Final = 200


@dataclass(frozen=True, slots=True)
class Caught:
    """How many mails, how many of them on cases; ``mails`` holds the newest of them at least. ``looked_at``: of so many
    mails alone, where not all could be asked."""

    count: int
    on_cases: int
    mails: QuerySet[RawMessage]
    looked_at: int | None = None


class RecentMails:
    """The mails that came since a moment, for all rules that one page speaks of: each header is read once."""

    def __init__(self, since: datetime) -> None:
        self._rows = RawMessage.objects.filter(received_at__gte=since, channel=RawChannel.MAIL)
        self._headers: dict[int, Envelope] = {}

    def caught_by(self, rule: Proposal | SenderRule) -> Caught:
        """The mails to its mailbox, or to any, that the rule would have been about."""
        rows = _to(rule.queue, self._rows)
        if rule.action == RuleAction.ORGANISATION:
            return _by_organisation(usable_pattern(RuleField(rule.field), rule.pattern), rows)
        if rule.field in OF_HEADERS:
            return self._by_header(rule, rows)
        if rule.field == RuleField.ADDRESS_PATTERN:
            return _by_pattern(rule.pattern, rows)
        key = usable_pattern(RuleField(rule.field), rule.pattern)
        of_domain = Q(sender__endswith=f"@{key}") | Q(sender__endswith=f".{key}")
        return _all(rows.filter(Q(sender=key) if rule.field == RuleField.ADDRESS else of_domain))

    def _by_header(self, rule: Proposal | SenderRule, rows: QuerySet[RawMessage]) -> Caught:
        newest = list(rows.only("path", "case_id").order_by("-id")[: HEADERS_READ + 1])
        read = newest[:HEADERS_READ]
        found = [row for row in read if holds_for(rule, self._header(row))]
        mails = RawMessage.objects.filter(pk__in=[row.pk for row in found])
        on_cases = sum(row.case_id is not None for row in found)
        return Caught(len(found), on_cases, mails, len(read) if len(newest) > len(read) else None)

    def _header(self, row: RawMessage) -> Envelope:
        if row.pk not in self._headers:
            try:
                self._headers[row.pk] = envelope.read(tree.read_header(store.read_header(row)))
            except OSError:
                self._headers[row.pk] = Envelope()
        return self._headers[row.pk]


def _all(mails: QuerySet[RawMessage]) -> Caught:
    return Caught(mails.count(), mails.filter(case__isnull=False).count(), mails)


def _by_organisation(domain: str, rows: QuerySet[RawMessage]) -> Caught:
    """The mails of strangers that name a case of somebody else there, as far as rows tell: not all of them were proved
    to be from there."""
    theirs = CaseParticipant.objects.filter(email__iendswith=f"@{domain}", detached_at__isnull=True)
    named = rows.filter(evidence__in=OF_ORGANISATION, suggested_case__in=theirs.values("case"))
    return _all(named.filter(sender__endswith=f"@{domain}"))


def _by_pattern(pattern: str, rows: QuerySet[RawMessage]) -> Caught:
    """Every sender is asked once, however much she wrote."""
    of_senders = rows.exclude(sender="").values("sender")
    counted = of_senders.annotate(mails=Count("pk"), on_cases=Count("case"), last=Max("pk")).order_by("-last")
    found = [one for one in counted.iterator() if fits(pattern, one["sender"])]
    last = [one["sender"] for one in found[:_LAST_SENDERS]]
    return Caught(
        sum(one["mails"] for one in found),
        sum(one["on_cases"] for one in found),
        rows.filter(sender__in=last),
    )


def _to(queue: str, rows: QuerySet[RawMessage]) -> QuerySet[RawMessage]:
    if not queue:
        return rows
    own = set(_addresses(queue))
    to_it = reduce(or_, (Q(own_addresses__icontains=f'"{one}"') for one in sorted(own)))
    return rows.annotate(own_addresses=Cast("addressed_to", TextField())).filter(to_it)


def _addresses(queue: str) -> Iterator[str]:
    """By which mails are known to have come to a mailbox."""
    box = mailbox_of(queue)
    for one in (queue, *((box.address, *box.aliases) if box else ())):
        yield address.key(one)
