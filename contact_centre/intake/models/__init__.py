"""What the machine channels keep, one topic a file."""

from contact_centre.intake.models.raw import (
    UNSETTLED,
    Evidence,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
)

__all__ = [
    "UNSETTLED",
    "Evidence",
    "RawChannel",
    "RawMessage",
    "RawState",
    "Reason",
]
