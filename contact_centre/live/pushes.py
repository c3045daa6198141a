"""From the bell to the channel layer: who listens hears that a case changed, never what it says."""

from dataclasses import asdict, dataclass
from typing import Any

from channels.layers import BaseChannelLayer, get_channel_layer

from cases.access import flags_of
from cases.hints import crier
from cases.models import EventKind
from cases.signals import case_event_recorded
from cases.timeline import SILENT_KINDS
from contact_centre.live.lost import HIDING_KINDS, flags_before

DESK = "desk"
# Nor has anybody a page open on a case that has only just come into being.
_UNHEARD = SILENT_KINDS | {EventKind.RECEIVED}
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
    """Tell the desks, and the residents' pages unless nothing changes there. A lost push loses nothing."""
    crier.hand_over(push_all, News(case_id, event_id, kind, version))


def push_all(news: list[News]) -> None:
    """Tell all news in their order, with a few questions to the database however many they are."""
    layer = get_channel_layer()
    if layer is not None:
        crier.run(_send, layer, list(_letters(news)))


async def _send(layer: BaseChannelLayer, letters: list[tuple[str, Message]]) -> None:
    for group, message in letters:
        await layer.group_send(group, message)


def _letters(news: list[News]) -> list[tuple[str, Message]]:
    """What is said to which group."""
    flags = flags_of(one.case_id for one in news)
    before = flags_before([one.event_id for one in news if one.kind in HIDING_KINDS], flags)
    told, letters = [], []
    for one in news:
        if one.case_id not in flags:
            continue
        was = before.get(one.event_id)
        seen_by = {"flags": asdict(flags[one.case_id]), "before": asdict(was) if was else None}
        told.append(one.message | seen_by)
        if one.kind not in _UNHEARD:
            letters.append((case_group(one.case_id), one.message))
    # Each desk hears all of them: one letter costs the layer a fraction of many.
    return [(DESK, {"type": "cases.changed", "news": told}), *letters] if told else []
