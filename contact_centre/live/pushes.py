"""From the bell to the channel layer: who listens hears that a case changed, never what it says."""

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from cases.access import flags_of
from cases.models import CaseEvent
from cases.signals import case_event_recorded
from cases.timeline import PUBLIC_KINDS
from routing.models import Department

DESK = "desk"


def connect() -> None:
    """Listen to the bell; called once when the application is ready."""
    case_event_recorded.connect(push_event, dispatch_uid="live.push_event")


def case_group(case_id: int) -> str:
    """The group of the pages that residents have open on one case."""
    return f"case.{case_id}"


def push_event(*, case_id: int, event_id: int, kind: str, version: int, **_kwargs: Any) -> None:
    """Tell the desks, and the residents' pages when the event is public. A lost push loses nothing."""
    layer = get_channel_layer()
    if layer is None:
        return
    news = {"type": "case.changed", "case": case_id, "version": version, "kind": kind}
    send = async_to_sync(layer.group_send)
    send(DESK, news | {"flags": asdict(flags_of(case_id)), "left": _left_department(event_id)})
    if kind in PUBLIC_KINDS or kind == "LINK_REVOKED":
        send(case_group(case_id), news)


def _left_department(event_id: int) -> int | None:
    """The department that the event took the case away from: its queue changes too."""
    code = CaseEvent.objects.values_list("payload__was_department", flat=True).get(pk=event_id)
    if code is None:
        return None
    return Department.objects.filter(code=code).values_list("pk", flat=True).first()
