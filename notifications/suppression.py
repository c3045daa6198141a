"""The list of addresses that no mail is sent to: who comes on it, who leaves it, and since when and why.

Called by whatever learns of a failure (a refused hand-over, a mail that came back, a provider's webhook) and
asked before every hand-over. All calls may be repeated.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from cases.queries.sql import Question, finds_a_row
from notifications.addresses import address_key
from notifications.models import SoftFailure, Suppression, SuppressionReason

SOFT_FAILURES: Final = 3
SOFT_SPAN: Final = timedelta(days=30)
# What mail systems say with a status code (RFC 3463): no such address or domain; trouble that may pass.
_STATUS: Final = re.compile(r"(?<![\w.@])([245])\.(\d{1,3}\.\d{1,3})(?![\w.]*\w)", re.ASCII)
_DEAD: Final = ("1.1", "1.10", "1.2", "4.4")
_FULL: Final = "2.2"
# What a mail from the address disproves or takes back; only a person takes back what a person decided.
_ENDED_BY_MAIL: Final = (SuppressionReason.DEAD, SuppressionReason.SOFT, SuppressionReason.COMPLAINT)
_STANDS_AGAINST: Final = (
    "SELECT 1 FROM notifications_softfailure WHERE address = %s AND forgiven_at IS NULL "
    "UNION ALL SELECT 1 FROM notifications_suppression WHERE address = %s AND until IS NULL LIMIT 1"
)


def status_in(said: str) -> str:
    """The first status code in what a mail system said (``5.1.1``); empty where there is none."""
    found = _STATUS.search(said)
    return f"{found[1]}.{found[2]}" if found else ""


def verdict_on(status: str) -> SuppressionReason | None:
    """What the status code of a mail that did not arrive means for its address. Refused for its size, its words or
    by policy: nothing."""
    group, _, detail = status.partition(".")
    if group == "5" and detail in _DEAD:
        return SuppressionReason.DEAD
    return SuppressionReason.SOFT if group == "4" or detail == _FULL else None


@transaction.atomic
def suppress(address: str, *, reason: SuppressionReason, evidence: str, at: datetime) -> Suppression | None:
    """Stop writing to the address; returns the entry that is in force for this reason.

    ``SOFT`` counts one failure, and suppresses with the third within 30 days; None until then. The same
    ``evidence`` (``notice:4711``) counts once, by however many ways the news of it comes.
    """
    key = address_key(address)
    if reason == SuppressionReason.SOFT:
        SoftFailure.objects.get_or_create(address=key, evidence=evidence[:300], defaults={"failed_at": at})
        if _soft_failures(key, at) < SOFT_FAILURES:
            return None
    entry, _ = Suppression.objects.get_or_create(
        address=key, reason=reason, until=None, defaults={"evidence": evidence[:300], "since": at}
    )
    return entry


def unsuppress(address: str, *, at: datetime, by_hand: bool = False) -> int:
    """A mail came from the address, so it lives: lift what is in force, and forgive the failures that were counted.

    Returns how many entries were lifted. What a person stopped is lifted only ``by_hand``.
    """
    key = address_key(address)
    # Of nearly everybody who writes there is nothing to lift, and a question is cheaper than a change of nothing.
    question, values = question_of(key)
    return _lift(key, at, by_hand=by_hand) if finds_a_row(question, *values) else 0


def question_of(key: str) -> Question:
    """What ``unsuppress`` asks of an address, in the form in which addresses are compared."""
    return _STANDS_AGAINST, (key, key)


@transaction.atomic
def _lift(key: str, at: datetime, *, by_hand: bool) -> int:
    SoftFailure.objects.filter(address=key, forgiven_at__isnull=True).update(forgiven_at=at)
    rows = Suppression.objects.filter(address=key, until__isnull=True)
    if not by_hand:
        rows = rows.filter(reason__in=_ENDED_BY_MAIL)
    return rows.update(until=at)


def is_suppressed(address: str, *, at: datetime) -> bool:
    """Whether the list forbids to write to the address at this moment."""
    return _in_force(address, at).exists()


def reason_against(address: str, *, at: datetime) -> Suppression | None:
    """The entry that forbids to write to the address; None where nothing does."""
    return _in_force(address, at).order_by("since", "id").first()


def reasons_against(addresses: Iterable[str], *, at: datetime) -> dict[str, Suppression]:
    """What forbids to write to each of the addresses, as they were given; those that nothing stands against are not
    named."""
    keys = {address: address_key(address) for address in addresses if address}
    rows = Suppression.objects.filter(address__in=set(keys.values()), since__lte=at)
    found = {row.address: row for row in rows.filter(Q(until__isnull=True) | Q(until__gt=at)).order_by("-id")}
    return {address: found[key] for address, key in keys.items() if key in found}


def _in_force(address: str, at: datetime) -> QuerySet[Suppression]:
    rows = Suppression.objects.filter(address=address_key(address), since__lte=at)
    return rows.filter(Q(until__isnull=True) | Q(until__gt=at))


def _soft_failures(key: str, at: datetime) -> int:
    rows = SoftFailure.objects.filter(address=key, failed_at__gt=at - SOFT_SPAN, forgiven_at__isnull=True)
    return rows.count()
