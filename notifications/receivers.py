"""What the notifications do when the bell rings: wake a worker. Losing the ring loses nothing."""

from typing import Any

from cases.signals import case_event_recorded
from cases.waking import wake_after_commit
from notifications.services import CONSUMER
from notifications.tasks import plan_event


def connect() -> None:
    """Listen to the bell; called once when the application is ready."""
    case_event_recorded.connect(wake_planning, dispatch_uid="notifications.wake_planning")


def wake_planning(*, work: dict[str, int], **_kwargs: Any) -> None:
    """Send the work row's id to a worker; the sweep finds the row where the message is lost."""
    if CONSUMER in work:
        wake_after_commit(plan_event, work[CONSUMER])
