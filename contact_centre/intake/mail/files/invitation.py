"""A calendar part: what, when and where in one line."""

from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from icalendar import Calendar

TYPES: Final = frozenset({"text/calendar", "application/ics"})
_MAX_BYTES: Final = 500_000
_MAX_LINES: Final = 5000
_LENGTH: Final = 300
# What cannot be read is kept as it is and has no summary.
_UNREADABLE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, LookupError)


def summary(data: bytes) -> str:
    """Method, title, time and place; empty for what is no calendar."""
    if len(data) > _MAX_BYTES or data.count(b"\n") > _MAX_LINES:
        return ""
    try:
        calendar = Calendar.from_ical(data.decode("utf-8", "replace"))
        events = calendar.walk("VEVENT") or calendar.walk("VTODO")
        said = [str(calendar.get("METHOD", "")).upper(), *(_described(events[0]) if events else ())]
    except _UNREADABLE:
        return ""
    line = " · ".join(part for part in said if part)
    return " ".join("".join(c for c in line if c.isprintable() or c == " ").split())[:_LENGTH]


def _described(event: Any) -> list[str]:
    return [str(event.get("SUMMARY", "")), _span(event), str(event.get("LOCATION", ""))]


def _span(event: Any) -> str:
    start = _time(event.get("DTSTART"))
    end = _time(event.get("DTEND"))
    if not (start and end) or start == end:
        return start
    day, _blank, hour = end.partition(" ")
    return f"{start}–{hour}" if hour and start.startswith(day) else f"{start} – {end}"


def _time(value: Any) -> str:
    """A moment in the time of the city; one without a zone as it was written."""
    moment = getattr(value, "dt", None)
    if isinstance(moment, datetime):
        local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
        return local.strftime("%d.%m.%Y %H:%M")
    return moment.strftime("%d.%m.%Y") if isinstance(moment, date) else ""
