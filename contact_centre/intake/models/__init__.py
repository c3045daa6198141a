"""What the machine channels keep, one topic a file."""

from contact_centre.intake.models.decisions import Decision, MailDecision
from contact_centre.intake.models.mailboxes import (
    ANY_TOKEN,
    FETCHED,
    MailArrival,
    Mailbox,
    MailboxPoll,
    MailSource,
    ServerLogin,
    ServerSecurity,
)
from contact_centre.intake.models.raw import (
    UNSETTLED,
    Evidence,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
)
from contact_centre.intake.models.senders import BY_PATTERN, OF_HEADERS, RuleAction, RuleField, SenderRule

__all__ = [
    "ANY_TOKEN",
    "BY_PATTERN",
    "FETCHED",
    "OF_HEADERS",
    "UNSETTLED",
    "Decision",
    "Evidence",
    "MailArrival",
    "MailDecision",
    "MailSource",
    "Mailbox",
    "MailboxPoll",
    "RawChannel",
    "RawMessage",
    "RawState",
    "Reason",
    "RuleAction",
    "RuleField",
    "SenderRule",
    "ServerLogin",
    "ServerSecurity",
]
