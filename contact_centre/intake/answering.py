"""The mailbox of a case, as the notifications want it."""

from cases.models import Case
from contact_centre.intake.addresses import mailbox_for
from notifications.senders import Sender


def sender_of(case: Case) -> Sender | None:
    """From whom the case is answered; None for a case that no mail opened."""
    mailbox = mailbox_for(case)
    if mailbox is None:
        return None
    return Sender(
        mailbox.address,
        mailbox.name,
        mailbox.signature,
        mailbox.language,
        auto_reply=mailbox.auto_reply_text,
        closed_reply=mailbox.office_hours_text,
    )
