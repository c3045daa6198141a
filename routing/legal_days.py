"""Legal days of Poland: statutory days off and the counting of terms by KPA art. 57.

A mayor's day off is not here: it moves the service promise, never a term of law.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

SATURDAY = 5


@cache
def _legal_holidays() -> holidays.HolidayBase:
    # The language is fixed: the library would otherwise take it from the environment.
    return holidays.country_holidays("PL", language="pl")


def is_legal_holiday(day: date) -> bool:
    """Whether the act of 18 January 1951 names the day (Sundays apart)."""
    return day in _legal_holidays()


def is_term_end_day(day: date) -> bool:
    """Whether a term may end on the day: no Saturday, no Sunday, no statutory day off (KPA art. 57 § 4)."""
    return day.weekday() < SATURDAY and not is_legal_holiday(day)


@dataclass(frozen=True, slots=True)
class LegalTerm:
    """A term as the law writes it, for example one month or fourteen days."""

    days: int = 0
    weeks: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class LegalDue:
    """The end of a term: as counted, and moved to the next day on which a term may end."""

    unrolled: date
    due: date


def due_date(start: date, term: LegalTerm) -> LegalDue:
    """Count ``term`` from the day of the event by KPA art. 57.

    The day of the event is not counted (§ 1); a term in weeks ends on the same-named weekday (§ 2); one in
    months on the same-numbered day or the last of that month (§ 3); an end on a Saturday or a statutory day
    off moves to the next day that is neither (§ 4).
    """
    unrolled = _add_months(start, term.months) + timedelta(days=term.days + 7 * term.weeks)
    return LegalDue(unrolled, rolled(unrolled))


def rolled(day: date) -> date:
    """The day itself, or the next on which a term may end (KPA art. 57 § 4)."""
    while not is_term_end_day(day):
        day += timedelta(days=1)
    return day


def _add_months(start: date, months: int) -> date:
    year, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month0 + 1, min(start.day, calendar.monthrange(year, month0 + 1)[1]))


# The law's own terms by kind of matter. Sources: KPA art. 35 (applications: up to one month), art. 237 and 244
# (complaints, proposals: one month), petitions act art. 10 (three months), public information act art. 13
# (14 days), accessibility acts (digital 7 days, otherwise 14 days: the longer is the outer limit until a
# person says which), GDPR art. 12(3) (one month). Claims for damages have no term here: the first answer in
# 30 days is the city's own promise, a term of the catalogue like that of any service report.
LEGAL_TERMS: dict[str, LegalTerm] = {
    "COMPLAINT": LegalTerm(months=1),
    "PROPOSAL": LegalTerm(months=1),
    "PETITION": LegalTerm(months=3),
    "PUBLIC_INFO": LegalTerm(days=14),
    "APPLICATION": LegalTerm(months=1),
    "ACCESSIBILITY": LegalTerm(days=14),
    "GDPR": LegalTerm(months=1),
}
DIGITAL_ACCESSIBILITY_TERM = LegalTerm(days=7)
# The least that a person has to complete what she sent (KPA art. 64 § 2; regulation of 8 January 2002 § 8.2).
CALL_TERM = LegalTerm(days=7)
