"""How many cases an address opened lately: what limits count, whatever the mails themselves say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet

from cases.models import Case
from cases.models.message import MAIL_KEY
from cases.queries.sql import Question, begins_in_sql, begins_with, finds_a_row
from cases.queries.together import of_mail
from contact_centre.intake.identity import Identity
from contact_centre.intake.mail.types import ParsedMail
from contact_centre.intake.models import RawMessage, RawState, Reason
from notifications.counters import counted_as
from routing.models import Department

# So many cases from one address get a confirmation; a loop without any mark of a machine ends here.
MAX_CASES: Final = ((timedelta(hours=1), 10), (timedelta(days=1), 25))
DAY: Final = max(span for span, _ in MAX_CASES)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail on its way to a case. ``sender`` is the address that limits count; ``is_quiet``: nothing is sent back."""

    mail: ParsedMail
    who: Identity
    source_key: str
    received_at: datetime
    sender: str
    is_quiet: bool = False
    # Whether the mail was read before, and that try ended in the middle, maybe behind its case.
    is_again: bool = False
    # Whose mailbox it came to, and whose else, where each of them gets a case of its own.
    department: Department | None = None
    further: tuple[Department, ...] = ()


def question_of(sender: str) -> Question:
    """What ``opened_lately`` asks first: whether any mail of an address that counts as this one ever opened a case."""
    local, domain = _counted(sender)
    tagged, values = begins_in_sql("sender", f"{local}+")
    ever = (
        f"SELECT 1 FROM intake_rawmessage WHERE state = 'CASE_CREATED' AND (sender = %s OR {tagged}) LIMIT 1"  # noqa: S608
    )
    return ever, (f"{local}@{domain}", *values)


def opened_lately(arrival: Arrival) -> list[datetime]:
    """When, the newest first: as many as any limit counts."""
    question, values = question_of(arrival.sender)
    if not finds_a_row(question, *values):
        return []
    most = max(settings.MAIL_MAX_CASES_PER_DAY, *(limit for _, limit in MAX_CASES))
    mails = opened_by(arrival).order_by("-received_at")
    if settings.MAIL_CASE_PER_DEPARTMENT:
        # One mail may have opened several.
        keys = (f"{MAIL_KEY}{digest}" for digest in mails.values_list("sha256", flat=True)[:most])
        cases = Case.objects.filter(reduce(or_, map(of_mail, keys), Q(pk=None)))
        return list(cases.order_by("-received_at").values_list("received_at", flat=True)[:most])
    return list(mails.values_list("received_at", flat=True)[:most])


def opened_by(arrival: Arrival) -> QuerySet[RawMessage]:
    """The mails of this address, whatever stands behind a plus sign in it, that opened cases within a day.

    Those that only pretend to be from there are counted apart: they neither fill nor reach what the owner opened. The
    mail itself is not among them: it is on its way.
    """
    local, domain = _counted(arrival.sender)
    tagged = begins_with("sender", f"{local}+") & Q(sender__endswith=f"@{domain}")
    same = Q(sender=f"{local}@{domain}") | tagged
    pretended = Q(reason=Reason.UNVERIFIED)
    alike = same & (pretended if arrival.who.is_unverified else ~pretended)
    day = (arrival.received_at - DAY, arrival.received_at)
    return RawMessage.objects.filter(alike, state=RawState.CASE_CREATED, received_at__range=day)


def _counted(sender: str) -> tuple[str, str]:
    """The local part and the domain under which limits count an address."""
    local, _, domain = counted_as(sender).rpartition("@") if sender else ("", "", "")
    return local, domain
