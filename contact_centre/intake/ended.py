"""Words on a case that has ended: whether it still takes them up, and where the matter goes on."""

from dataclasses import replace
from datetime import date
from typing import Final

from cases.models import Case, CaseParticipant
from cases.models.message import MAIL_KEY
from cases.queries.merged import followed_cases
from cases.states import Status
from contact_centre.intake.mail.threading import Thread
from contact_centre.intake.openers import Arrival
from contact_centre.intake.opening import sender_of

# Of cases that each go on where another one ended; no matter has so many.
_MOST_FOLLOWED: Final = 20


def is_over(thread: Thread, *, on: date) -> bool:
    """Whether the case, or the one where its work goes on, ended so long ago that it takes up no words any more."""
    case = thread.case
    if case.status == Status.MERGED:
        case = Case.objects.get(pk=followed_cases(case.pk)[-1])
    return case.is_past_reopening(on)


def going_on(arrival: Arrival, thread: Thread, *, on: date) -> Thread:
    """Where a participant's matter goes on: the last of the cases that mails of hers opened one after the other, each
    when the one before had ended; or here."""
    for _ in range(_MOST_FOLLOWED):
        further = _opened_after(arrival, thread, on)
        if further is None:
            break
        thread = further
    return thread


def _opened_after(arrival: Arrival, thread: Thread, on: date) -> Thread | None:
    if thread.writer is None or not is_over(thread, on=on):
        return None
    email = sender_of(arrival).email if thread.is_for_another else thread.writer.email
    people = CaseParticipant.objects.filter(
        case__parent=thread.case,
        case__source_key__startswith=MAIL_KEY,
        email__iexact=email,
        detached_at__isnull=True,
    )
    others = people.exclude(case__source_key=arrival.source_key).select_related("case")
    last = others.order_by("-case_id", "id").first()
    return replace(thread, case=last.case, writer=last, is_for_another=False) if last is not None else None
