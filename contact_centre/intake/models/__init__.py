"""What the machine channels keep, one topic a file."""

from contact_centre.intake.models.mailboxes import (
    ANY_TOKEN,
    ImapLogin,
    ImapSecurity,
    MailArrival,
    Mailbox,
    MailboxPoll,
    MailSource,
)
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
    "ANY_TOKEN",
    "UNSETTLED",
    "Evidence",
    "ImapLogin",
    "ImapSecurity",
    "MailArrival",
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
]
