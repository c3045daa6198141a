"""Cases that may be about the same, in the words of the desk: each reason a short phrase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import ReadReason
from cases.queries.duplicates import Duplicate
from cases.queries.matching import Reason, ReasonCode
from cases.services.privacy import log_list_reading
from contact_centre.desk.guard import DeskRequest


@dataclass(frozen=True, slots=True)
class Alike:
    """One suggestion as ``desk/_alike.html`` shows it."""

    reference: str
    subject: str
    status: str
    outcome: str
    category: str
    place: str
    received_on: date
    is_open: bool
    reasons: tuple[str, ...]


def show_alike(request: DeskRequest, rows: Sequence[Duplicate], at: datetime) -> tuple[Alike, ...]:
    """The suggestions in the language of the reader, and in the read log: each case once in an hour, for they come
    anew while somebody types."""
    if rows:
        ids = [row.case_id for row in rows]
        log_list_reading(case_ids=ids, user=request.user, reason=ReadReason.ALIKE, at=at, is_refresh=True)
    return tuple(alike_of(row) for row in rows)


def alike_of(row: Duplicate) -> Alike:
    """The suggestion in the language of the reader."""
    return Alike(
        reference=row.reference,
        subject=row.subject,
        status=row.status,
        outcome=row.outcome,
        category=row.category.name if row.category else "",
        place=row.place,
        received_on=row.received_on,
        is_open=row.is_open,
        reasons=tuple(_words(reason) for reason in row.reasons),
    )


def _words(reason: Reason) -> str:
    number = reason.number or 0
    if reason.code is ReasonCode.METRES:
        return ngettext("%(n)d metre away", "%(n)d metres away", number) % {"n": number}
    if reason.code is ReasonCode.WORDS:
        return _("words: %(words)s") % {"words": ", ".join(reason.words)}
    if reason.code is ReasonCode.DAYS:
        if number == 0:
            return _("within one day")
        return ngettext("%(n)d day apart", "%(n)d days apart", number) % {"n": number}
    return {
        ReasonCode.RESIDENT: _("the resident says it is the same"),
        ReasonCode.SENDER: _("same sender and subject"),
        ReasonCode.ADDRESS: _("same address"),
        ReasonCode.STREET: _("same street"),
        ReasonCode.AREA: _("same district"),
        ReasonCode.CATEGORY: _("same category"),
    }[reason.code]
