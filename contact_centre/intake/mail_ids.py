"""Which mails a participant sent about her case: what the notifications need to answer in the same thread."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from cases.models import CaseParticipant
from contact_centre.intake.addresses import mails_of_case
from contact_centre.intake.mail import address
from contact_centre.intake.models import RawChannel, RawMessage

# Made up for mails without an id; longer ids were cut when they were stored.
_NOT_THEIRS: Final = "@missing.invalid"
_WHOLE: Final = 255


def mails_of(participant: CaseParticipant) -> Iterator[tuple[datetime, str]]:
    """When each mail of hers that became words on the case came, and its Message-ID."""
    if not participant.email:
        return
    hers = RawMessage.objects.filter(
        channel=RawChannel.MAIL,
        case_message__isnull=False,
        sender=address.key(participant.email),
    )
    rows = mails_of_case(participant.case, hers)
    for received_at, message_id in rows.order_by("id").values_list("received_at", "message_id"):
        if len(message_id) < _WHOLE and not message_id.endswith(_NOT_THEIRS):
            yield received_at, message_id
