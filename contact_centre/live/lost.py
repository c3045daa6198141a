"""Who loses sight of a case: what the case's flags were before an event, undone from what the events recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.db.models import Q

from cases.access import CaseFlags
from cases.models import CaseEvent, EventKind
from routing.models import Department

# Events after which somebody may see less than before.
HIDING_KINDS = frozenset(
    {
        EventKind.CLASSIFIED,
        EventKind.ROUTED,
        EventKind.TAKEN,
        EventKind.REASSIGNED,
        EventKind.RETURNED,
        EventKind.EXCLUDED,
        EventKind.MADE_CONFIDENTIAL,
    }
)
# Events that changed the flags: also those after which more people see the case.
_FLAG_KINDS = HIDING_KINDS | {EventKind.CONFIDENTIAL_LIFTED}
_Ids = Mapping[str, int]


def flags_before(event_ids: Iterable[int], now: Mapping[int, CaseFlags]) -> dict[int, CaseFlags]:
    """What the flags of a case were before each of the events, of which only those of ``HIDING_KINDS`` count; ``now``
    holds the flags as they are, by case.

    The flags may be newer than an event, so everything that was recorded since is undone too.
    """
    pks = list(event_ids)
    if not pks:
        return {}
    asked = CaseEvent.objects.filter(pk__in=pks, kind__in=HIDING_KINDS)
    # Of several events of a case the earliest stays.
    first = dict(asked.order_by("-pk").values_list("case_id", "pk"))
    if not first:
        return {}
    since = Q()
    for case_id, pk in first.items():
        since |= Q(case_id=case_id, pk__gte=pk)
    events = list(CaseEvent.objects.filter(since, kind__in=_FLAG_KINDS).order_by("-pk"))
    ids = _department_ids(events)
    before: dict[int, CaseFlags] = {}
    flags = dict(now)
    for event in events:
        if event.case_id in flags:
            flags[event.case_id] = before[event.pk] = _undone(event, flags[event.case_id], ids)
    return before


def _undone(event: CaseEvent, flags: CaseFlags, ids: _Ids) -> CaseFlags:
    payload = event.payload
    if payload.get("was_department"):
        flags = replace(flags, department_id=ids.get(payload["was_department"]))
    if payload.get("was_user"):
        flags = replace(flags, assignee_id=payload["was_user"])
    if event.kind == EventKind.CLASSIFIED:
        flags = replace(flags, kind=payload["was_kind"], is_restricted=payload.get("was_restricted", False))
    if event.kind in (EventKind.MADE_CONFIDENTIAL, EventKind.CONFIDENTIAL_LIFTED):
        flags = replace(flags, confidential=event.kind == EventKind.CONFIDENTIAL_LIFTED)
    if event.kind == EventKind.EXCLUDED:
        department = ids.get(payload["department"] or "")
        flags = replace(
            flags,
            excluded_users=tuple(pk for pk in flags.excluded_users if pk != payload["user"]),
            excluded_departments=tuple(pk for pk in flags.excluded_departments if pk != department),
        )
    return flags


def _department_ids(events: Iterable[CaseEvent]) -> _Ids:
    codes = {event.payload.get(field) for event in events for field in ("department", "was_department")}
    known = Department.objects.filter(code__in=[code for code in codes if code])
    return dict(known.values_list("code", "pk"))
