"""From the bell to the channel layer: who listens hears that a case changed, never what it says."""

from dataclasses import asdict, dataclass
from typing import Any

from channels.layers import BaseChannelLayer, get_channel_layer

from cases.access import flags_of
from cases.hints import crier
from cases.models import CaseEvent
from cases.signals import case_event_recorded
from cases.timeline import PUBLIC_KINDS
from routing.models import Department

DESK = "desk"
Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
    """What happened to a case, without a word of its content."""

    case_id: int
    event_id: int
    kind: str
    version: int

    @property
    def message(self) -> Message:
        return {"type": "case.changed", "case": self.case_id, "version": self.version, "kind": self.kind}


def connect() -> None:
    """Listen to the bell; called once when the application is ready."""
    case_event_recorded.connect(push_event, dispatch_uid="live.push_event")


def case_group(case_id: int) -> str:
    """The group of the pages that residents have open on one case."""
    return f"case.{case_id}"


def push_event(*, case_id: int, event_id: int, kind: str, version: int, **_kwargs: Any) -> None:
    """Tell the desks, and the residents' pages when the event is public. A lost push loses nothing."""
    crier.hand_over(push_all, News(case_id, event_id, kind, version))


def push_all(news: list[News]) -> None:
    """Tell all news in their order, with three questions to the database however many they are."""
    layer = get_channel_layer()
    if layer is not None:
        crier.run(_send, layer, list(_letters(news)))


async def _send(layer: BaseChannelLayer, letters: list[tuple[str, Message]]) -> None:
    for group, message in letters:
        await layer.group_send(group, message)


def _letters(news: list[News]) -> list[tuple[str, Message]]:
    """What is said to which group."""
    flags = flags_of(one.case_id for one in news)
    left = _left_departments([one.event_id for one in news])
    letters = []
    for one in news:
        if one.case_id not in flags:
            continue
        told = {"flags": asdict(flags[one.case_id]), "left": left.get(one.event_id)}
        letters.append((DESK, one.message | told))
        if one.kind in PUBLIC_KINDS or one.kind == "LINK_REVOKED":
            letters.append((case_group(one.case_id), one.message))
    return letters


def _left_departments(event_ids: list[int]) -> dict[int, int]:
    """The department that an event took the case away from, by event: its queue changes too."""
    events = CaseEvent.objects.filter(pk__in=event_ids, payload__was_department__isnull=False)
    codes = {pk: code for pk, code in events.values_list("pk", "payload__was_department") if code}
    if not codes:
        return {}
    ids = dict(Department.objects.filter(code__in=codes.values()).values_list("code", "pk"))
    return {pk: ids[code] for pk, code in codes.items() if code in ids}
