"""Whom a case needs: raising a person when a day has passed, and letting her go when there is nothing to do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.actors import SYSTEM_ACTOR, Actor
from cases.models import Case, CaseEvent, EventKind
from cases.models.case_set import CaseQuerySet
from cases.payloads import Acknowledged, DayPassed
from cases.services._steps import Refused, save
from cases.states import Status
from cases.timeline import record_event

# Where a case stands while a day is awaited, and which day that is.
_DAYS = {Status.PLANNED: "planned_for", Status.WAITING_RESIDENT: "answer_by"}


class CannotAcknowledge(Refused):
    """Nobody is needed, the case is new and waits to be passed on, or the actor does not work on it."""


class DayNotPassed(Refused):
    """The case has moved on meanwhile, or somebody was raised for this day already."""


@dataclass(frozen=True, slots=True)
class PassedDay:
    """A day that is over while its case still stands where it was awaited."""

    case_id: int
    status: str
    day: date


@transaction.atomic(durable=True)
def acknowledge_case(*, case_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """A person has looked and there is nothing to do. Raises CannotAcknowledge."""
    case = Case.objects.lock(case_id, version)
    if not case.may_acknowledge(by):
        raise CannotAcknowledge(case.reference)
    case.needs_person = False
    save(case, at, "needs_person")
    record_event(case, Acknowledged(), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def raise_person(*, passed: PassedDay, at: datetime) -> Case:
    """Have a person look at a case whose day has passed, once for each day. Raises DayNotPassed."""
    case = Case.objects.lock(passed.case_id)
    if _day_of(case) != passed or passed in _raised(Case.objects.filter(pk=case.pk)):
        raise DayNotPassed(case.reference)
    case.needs_person = True
    save(case, at, "needs_person")
    record_event(case, DayPassed(passed.status, passed.day.isoformat()), by=SYSTEM_ACTOR, at=at)
    return case


def passed_days(at: datetime) -> list[PassedDay]:
    """The days that are over in the city and for which nobody was raised yet."""
    today = timezone.localdate(at)
    is_over = Q()
    for status, field in _DAYS.items():
        is_over |= Q(status=status, **{f"{field}__lt": today})
    cases = Case.objects.filter(is_over)
    raised = _raised(cases)
    days = (_day_of(case) for case in cases.only("status", *_DAYS.values()).order_by("id"))
    return [day for day in days if day is not None and day not in raised]


def _day_of(case: Case) -> PassedDay | None:
    field = _DAYS.get(Status(case.status))
    day = getattr(case, field) if field else None
    return PassedDay(case.pk, case.status, day) if day else None


def _raised(cases: CaseQuerySet) -> set[PassedDay]:
    """The days of these cases for which a person was raised already."""
    events = CaseEvent.objects.filter(case__in=cases, kind=EventKind.DAY_PASSED)
    rows = events.values_list("case_id", "payload__status", "payload__day")
    return {PassedDay(case_id, status, date.fromisoformat(day)) for case_id, status, day in rows}
