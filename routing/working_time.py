"""Arithmetic on the working time of an office: the service promise is counted in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing.legal_days import is_legal_holiday

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A calendar without a single opening in this many days is a mistake in the data.
_HORIZON_DAYS = 3660


class NeverOpen(ValueError):
    """The calendar has no working time at all, so nothing can be promised in it."""


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Opening hours by weekday (0 is Monday) as pairs of minutes from midnight, local time of ``zone``."""

    zone: ZoneInfo
    spans: tuple[tuple[tuple[int, int], ...], ...]
    days_off: frozenset[date] = frozenset()
    is_open_on_holidays: bool = False

    def opens_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The openings of a local day, as aware datetimes."""
        if day in self.days_off or (is_legal_holiday(day) and not self.is_open_on_holidays):
            return ()
        midnight = datetime.combine(day, time(), self.zone)
        return tuple(
            (midnight + timedelta(minutes=start), midnight + timedelta(minutes=end))
            for start, end in self.spans[day.weekday()]
        )

    def is_open_at(self, moment: datetime) -> bool:
        """Whether somebody is at work then."""
        return any(start <= moment < end for start, end in self.opens_on(moment.astimezone(self.zone).date()))


def parse_hours(hours: dict[str, list[list[str]]]) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Turn ``{"mon": [["07:30", "15:30"]]}`` into minutes; raises ValueError on what is no weekday or no opening."""
    unknown = set(hours) - set(WEEKDAYS)
    if unknown:
        raise ValueError(f"no such weekday: {', '.join(sorted(unknown))}")
    return tuple(tuple(_span(*pair) for pair in hours.get(day, [])) for day in WEEKDAYS)


def _span(start: str, end: str) -> tuple[int, int]:
    span = _minutes(start), _minutes(end)
    if span[0] >= span[1]:
        raise ValueError(f"opening {start}-{end} ends before it starts")
    return span


def _minutes(text: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if not (0 <= minute < 60 and 0 <= hour * 60 + minute <= 24 * 60):
        raise ValueError(f"{text} is no time of day")
    return hour * 60 + minute


def add_working_days(start: datetime, days: int, hours: WorkingHours) -> datetime:
    """The closing time of the ``days``-th working day after the day of ``start`` (that day is not counted)."""
    left = days
    for day in _days_from(start.astimezone(hours.zone).date() + timedelta(days=1)):
        openings = hours.opens_on(day)
        if openings:
            left -= 1
        if openings and left <= 0:
            return openings[-1][1]
    raise NeverOpen(str(hours.spans))


def add_working_hours(start: datetime, amount: timedelta, hours: WorkingHours) -> datetime:
    """The moment at which ``amount`` of opening time has passed since ``start``."""
    left = amount
    for day in _days_from(start.astimezone(hours.zone).date()):
        for opening, closing in hours.opens_on(day):
            # In UTC, because two local times of one zone are subtracted as if no clock were ever changed.
            begin, end = max(opening.astimezone(UTC), start.astimezone(UTC)), closing.astimezone(UTC)
            if begin > end:
                continue
            if end - begin >= left:
                return (begin + left).astimezone(hours.zone)
            left -= end - begin
    raise NeverOpen(str(hours.spans))


def add_term(start: datetime, value: int, unit: str, hours: WorkingHours) -> datetime:
    """The end of a promise of ``value`` ``unit`` (OFFICE_HOURS, WORKING_DAYS or CALENDAR_DAYS)."""
    if unit == "OFFICE_HOURS":
        return add_working_hours(start, timedelta(hours=value), hours)
    if unit == "WORKING_DAYS":
        return add_working_days(start, value, hours)
    if unit == "CALENDAR_DAYS":
        local = start.astimezone(hours.zone).date() + timedelta(days=value + 1)
        return datetime.combine(local, time(), hours.zone) - timedelta(minutes=1)
    raise ValueError(f"unknown unit {unit!r}")


def _days_from(first: date) -> Iterator[date]:
    for offset in range(_HORIZON_DAYS):
        yield first + timedelta(days=offset)
