"""Who put a case where it is now, and for which stated reason: told by the last event that moved it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.actors import ActorKind
from cases.models import EventKind
from cases.queries.case_file import EventEntry

_MOVES = (EventKind.ROUTED, EventKind.REASSIGNED, EventKind.RETURNED)


@dataclass(frozen=True, slots=True)
class Placing:
    """``reason`` is what a person wrote for it; passing a new case on asks for none, the machine's is its reading."""

    text: str
    reason: str
    at: datetime
    is_by_system: bool


def placing_of(events: tuple[EventEntry, ...]) -> Placing | None:
    """What put the case where it is; None while it lies where it came in."""
    event = next((event for event in reversed(events) if _has_moved(event)), None)
    if event is None:
        return None
    is_by_system = event.actor_kind == ActorKind.SYSTEM
    names = {
        "who": event.actor,
        "department": event.details["department"],
        "was_department": event.details["was_department"] or _("the contact centre"),
    }
    text = str(_sentence(event, is_by_system=is_by_system)) % names
    return Placing(text, event.details["note"], event.at, is_by_system)


def _has_moved(event: EventEntry) -> bool:
    """Keeping a department away moves the case only when that department had it."""
    is_taken = event.kind == EventKind.EXCLUDED and bool(event.details["was_department"])
    return is_taken or event.kind in _MOVES


def _sentence(event: EventEntry, *, is_by_system: bool) -> Promise | str:
    if event.kind == EventKind.ROUTED:
        if is_by_system:
            return _("The system passed it to %(department)s.")
        return _("%(who)s passed it to %(department)s.")
    if event.kind == EventKind.REASSIGNED:
        return _("%(who)s handed it from %(was_department)s to %(department)s.")
    if event.kind == EventKind.EXCLUDED:
        return _("%(who)s took it from %(was_department)s, which is kept away from it.")
    if event.details["note"]:
        return _("%(who)s returned it from %(was_department)s to the contact centre.")
    # Without a reason of hers the legal gate sent it back.
    return _("%(who)s found it to be a matter of law, so it came back from %(was_department)s.")
