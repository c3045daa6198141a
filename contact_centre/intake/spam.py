"""What our own spam filter says of a mail. Marks that others wrote, or the sender herself, say nothing."""

import re
from typing import Final

from django.conf import settings

from contact_centre.intake.mail.types import Envelope

_TAKEN_BY: Final = re.compile(r"\bby\s+([A-Za-z0-9.-]+)", re.IGNORECASE)
_YES: Final = re.compile(r"\s*(?:yes|true|spam)\b", re.IGNORECASE)


def is_called_spam(envelope: Envelope) -> bool:
    """Whether the filter on ``MAIL_SPAM_HOST`` marked the mail as spam in ``MAIL_SPAM_FIELD``.

    Ours are the fields above the first server that is not this host: each server writes on top of what it got.
    """
    name, host = settings.MAIL_SPAM_FIELD.lower(), settings.MAIL_SPAM_HOST.lower()
    if not host:
        return False
    marks, was_here = [], False
    for field, value in envelope.fields:
        if field == "received":
            if _server(value) != host:
                break
            was_here = True
        elif field == name:
            marks.append(value)
    # The topmost is the last that was written.
    return was_here and bool(marks) and _YES.match(marks[0]) is not None


def _server(received: str) -> str:
    """Who took the mail from the server before; a comment may stand in between."""
    found = _TAKEN_BY.search(received)
    return found[1].lower().rstrip(".") if found else ""
