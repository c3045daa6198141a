"""The two clocks of a case: the service promise in working time, and the term of law in legal days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from cases.models import Case
from routing.legal_days import CALL_TERM, DIGITAL_ACCESSIBILITY_TERM, LEGAL_TERMS, due_date, rolled
from routing.models import Category, Kind, TermUnit
from routing.services import working_hours
from routing.working_time import WorkingHours, add_term, add_working_hours

PROMISE_FIELDS = (
    "promise_value",
    "promise_unit",
    "promise_due_at",
    "promise_paused_at",
    "promise_paused_for",
)
LEGAL_FIELDS = ("legal_start_date", "legal_unrolled_date", "legal_due_date")
CLOCK_FIELDS = (*PROMISE_FIELDS, *LEGAL_FIELDS)
DIGITAL_ACCESSIBILITY = "access.digital"
# A claim in a category of another kind: the first answer, as in the catalogue's own row for claims.
CLAIM_ANSWER = (30, str(TermUnit.CALENDAR_DAYS))
_NO_TIME = timedelta()


def set_clocks(case: Case) -> None:
    """Start the clocks from the receipt, once category and kind are settled; fields only, the caller saves.

    The promise is kept as it was given: a later change of the catalogue does not move it.
    """
    _set_legal_term(case)
    value, unit = _promise_of(case, case.category) if case.category is not None else (None, "")
    if value is None or case.legal_due_date is not None:
        case.promise_value, case.promise_unit, case.promise_due_at = None, "", None
        return
    if (case.promise_value, case.promise_unit) == (value, unit):
        return
    hours = _hours(case, unit)
    case.promise_value, case.promise_unit = value, unit
    due = add_term(case.received_at, value, unit, hours)
    case.promise_due_at = _moved(due, case.promise_paused_for, hours)


def pause_promise(case: Case, at: datetime) -> None:
    """Stop the promise, also one that is still to be given, while we wait for the resident. The term of law goes on."""
    if case.promise_paused_at is None:
        case.promise_paused_at = at


def resume_promise(case: Case, at: datetime) -> None:
    """Move the promise by the time waited (ADR 15); an end outside working time goes to the next working minute."""
    paused_at, case.promise_paused_at = case.promise_paused_at, None
    if paused_at is None:
        return
    case.promise_paused_for += at - paused_at
    if case.promise_due_at is not None:
        hours = _hours(case, case.promise_unit)
        case.promise_due_at = _moved(case.promise_due_at, at - paused_at, hours)


def promised_date(case: Case) -> date | None:
    """The day that residents are told: the law's, or ours. None before category and kind are settled by a person or
    by the machine within its limits, and while our clock stands still."""
    if not case.is_settled:
        return None
    if case.legal_due_date is not None:
        return case.legal_due_date
    if case.promise_due_at is None or case.promise_paused_at is not None:
        return None
    return timezone.localdate(case.promise_due_at)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the clocks of a case say, as events keep it: a later change of the case does not change it."""

    promise_due: str | None
    legal_due: str | None
    told: str | None


def clocks_of(case: Case) -> Clocks:
    """The clocks as they are now, and the day that residents are told."""
    return Clocks(_iso(case.promise_due_at), _iso(case.legal_due_date), _iso(promised_date(case)))


def least_answer_day(case: Case, today: date) -> date:
    """The first day until which a resident who is asked ``today`` may be given: in a matter of law the question is a
    call to complete, and leaves her at least seven days (KPA art. 64 § 2)."""
    return due_date(today, CALL_TERM).due if case.is_legal else today


def is_answer_day_over(answer_by: date, today: date) -> bool:
    """Whether a day that was set by a call to complete has passed; it ends as every term of law (art. 57 § 4)."""
    return rolled(answer_by) < today


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


def _promise_of(case: Case, category: Category) -> tuple[int | None, str]:
    """What the catalogue promises; a claim for damages is never promised the days of a repair."""
    if case.kind == Kind.CLAIM and category.kind != Kind.CLAIM:
        return CLAIM_ANSWER
    return category.term_value, category.term_unit


def _moved(due: datetime, waited: timedelta, hours: WorkingHours) -> datetime:
    return add_working_hours(due + waited, _NO_TIME, hours) if waited else due


def _hours(case: Case, unit: str) -> WorkingHours:
    """A working day is the office's, whoever works; office hours are those of the department that does."""
    department = case.department if unit == TermUnit.OFFICE_HOURS else None
    return working_hours(department.calendar if department else None)


def _set_legal_term(case: Case) -> None:
    term = LEGAL_TERMS.get(case.kind)
    if term is None:
        case.legal_start_date = case.legal_unrolled_date = case.legal_due_date = None
        return
    is_digital = case.category is not None and case.category.code == DIGITAL_ACCESSIBILITY
    if case.kind == Kind.ACCESSIBILITY and is_digital:
        term = DIGITAL_ACCESSIBILITY_TERM
    case.legal_start_date = case.received_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    counted = due_date(case.legal_start_date, term)
    case.legal_unrolled_date, case.legal_due_date = counted.unrolled, counted.due
