"""What the cases do when the bell rings: wake a worker for triage."""

from typing import Any

from cases.signals import case_event_recorded
from cases.tasks import TRIAGE, triage_case
from cases.waking import wake_after_commit


def connect() -> None:
    """Listen to the bell; called once when the application is ready."""
    case_event_recorded.connect(wake_triage, dispatch_uid="cases.wake_triage")


def wake_triage(*, work: dict[str, int], **_kwargs: Any) -> None:
    """Send the work row's id to a worker. Losing the message loses nothing: the sweep finds the row."""
    if TRIAGE in work:
        wake_after_commit(triage_case, work[TRIAGE])
