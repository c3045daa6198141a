"""What the machine channels keep, one topic a file."""

from contact_centre.intake.models.raw import (
    UNSETTLED,
    Evidence,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
)
from contact_centre.intake.models.senders import RuleAction, RuleField, SenderRule

__all__ = [
    "UNSETTLED",
    "Evidence",
    "RawChannel",
    "RawMessage",
    "RawState",
    "Reason",
    "RuleAction",
    "RuleField",
    "SenderRule",
]
