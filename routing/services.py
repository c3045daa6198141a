"""Reads of the organisation for other rooms: rules, defaults, working hours, people by department."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings

from routing.facts import CaseFacts, Choice, RuleFacts
from routing.models import Calendar, Category, Department, Rule, Street
from routing.rules import choose
from routing.working_time import WorkingHours, parse_hours

OFFICE_CALENDAR = "office"
CONTACT_CENTRE = "contact_centre"


def choose_department(facts: CaseFacts) -> Choice:
    """Choose by the rules that are in force now."""
    return choose(facts, active_rules(), category_defaults())


def active_rules() -> tuple[RuleFacts, ...]:
    """The rules in force, in their order: switched on, and leading to a department that is in use."""
    rows = Rule.objects.filter(is_active=True, department__is_active=True).select_related("department")
    return tuple(_rule_facts(row) for row in rows.order_by("position", "id"))


def category_defaults() -> dict[str, str]:
    """Department code by category code, for the categories in use."""
    rows = Category.objects.filter(is_active=True, department__is_active=True)
    return dict(rows.values_list("code", "department__code"))


def category_successors() -> dict[str, str]:
    """For the code of each category that was merged into another, the code that holds today; never a retired one."""
    merged = dict(Category.objects.exclude(merged_into=None).values_list("code", "merged_into__code"))
    active = set(Category.objects.filter(is_active=True).values_list("code", flat=True))
    ends = {code: _end_of(code, merged) for code in merged}
    return {code: end for code, end in ends.items() if end in active}


def _end_of(code: str, merged: dict[str, str]) -> str:
    """Where a chain of mergers ends; where it runs in a circle, anywhere in it."""
    seen = {code}
    while code in merged and merged[code] not in seen:
        code = merged[code]
        seen.add(code)
    return code


def working_hours(calendar: Calendar | None) -> WorkingHours:
    """The hours of a department's calendar; the office's where it has none."""
    row = calendar or Calendar.objects.filter(code=OFFICE_CALENDAR).first()
    if row is None:
        raise Calendar.DoesNotExist(f"calendar {OFFICE_CALENDAR!r} is not loaded: run load_city")
    return WorkingHours(
        zone=ZoneInfo(settings.TIME_ZONE),
        spans=parse_hours(row.hours),
        days_off=frozenset(row.days_off.values_list("date", flat=True)),
        is_open_on_holidays=row.is_open_on_holidays,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """Departments with all that lie below them, and with all that lie above them."""

    below: frozenset[int]
    above: frozenset[int]


def line_of(department_ids: Iterable[int]) -> Line:
    """The given departments' place in the tree; they themselves are in both sets."""
    below: dict[int, list[int]] = {}
    above: dict[int, list[int]] = {}
    for pk, parent_id in Department.objects.exclude(parent=None).values_list("pk", "parent_id"):
        below.setdefault(parent_id or 0, []).append(pk)
        above.setdefault(pk, []).append(parent_id or 0)
    given = list(department_ids)
    return Line(_reached(given, below), _reached(given, above))


def subtree_ids(department_ids: Iterable[int]) -> frozenset[int]:
    """The given departments with all that lie below them."""
    return line_of(department_ids).below


def _reached(start: Iterable[int], neighbours: dict[int, list[int]]) -> frozenset[int]:
    found: set[int] = set()
    pending = list(start)
    while pending:
        pk = pending.pop()
        if pk not in found:
            found.add(pk)
            pending.extend(neighbours.get(pk, []))
    return frozenset(found)


def street_suggestions(folded: str, limit: int = 8) -> list[Street]:
    """Streets whose folded name holds the folded text, those that start with it first."""
    if not folded:
        return []
    starts = list(Street.objects.filter(folded__startswith=folded).order_by("name", "id")[:limit])
    rest = Street.objects.filter(folded__contains=folded).exclude(pk__in=[s.pk for s in starts])
    return starts + list(rest.order_by("name", "id")[: limit - len(starts)])


def _rule_facts(row: Rule) -> RuleFacts:
    return RuleFacts(
        code=row.code,
        department=row.department.code,
        categories=frozenset(row.categories),
        districts=frozenset(row.districts),
        streets=frozenset(row.streets),
        channels=frozenset(row.channels),
        urgencies=frozenset(row.urgencies),
        kinds=frozenset(row.kinds),
        addressed_to=frozenset(row.addressed_to),
        words=tuple(row.words),
    )
