"""The two clocks of a case in words: the service promise to the hour, the term of law to the day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from routing.models import TermUnit

_SOON = timedelta(days=1)
_SOON_DAYS = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """What to say of a due moment, and how pressing it is."""

    text: str
    due: datetime | date | None
    is_late: bool = False
    is_soon: bool = False


def promise_clock(due_at: datetime | None, *, is_paused: bool, at: datetime) -> Clock | None:
    """How much is left of the service promise; None where nothing was promised."""
    if due_at is None:
        return None
    if is_paused:
        return Clock(_("stands still"), due_at)
    if due_at < at:
        return Clock(_("overdue: %(time)s") % {"time": timeuntil(at, due_at, depth=1)}, due_at, is_late=True)
    left = _("%(time)s left") % {"time": timeuntil(due_at, at, depth=1)}
    return Clock(left, due_at, is_soon=due_at - at < _SOON)


def promise_term(value: int | None, unit: str) -> str:
    """What was promised, as it was given; empty where nothing was."""
    if value is None:
        return ""
    forms = {
        TermUnit.OFFICE_HOURS: ngettext("%(n)d office hour", "%(n)d office hours", value),
        TermUnit.WORKING_DAYS: ngettext("%(n)d working day", "%(n)d working days", value),
        TermUnit.CALENDAR_DAYS: ngettext("%(n)d day", "%(n)d days", value),
    }
    return forms[TermUnit(unit)] % {"n": value}


def legal_clock(due: date | None, *, today: date) -> Clock | None:
    """How many days are left of the term of law; None where the law sets none."""
    if due is None:
        return None
    days = (due - today).days
    if days < 0:
        late = ngettext("by law: %(days)d day overdue", "by law: %(days)d days overdue", -days)
        return Clock(late % {"days": -days}, due, is_late=True)
    left = ngettext("by law: %(days)d day left", "by law: %(days)d days left", days) % {"days": days}
    return Clock(left, due, is_soon=days <= _SOON_DAYS)
