"""A call from which its mail could not be had: kept as it came, so that somebody sees it."""

from email.message import EmailMessage
from typing import Final

from django.utils import timezone

from contact_centre.intake import store
from contact_centre.intake.models import MailSource, RawChannel, RawMessage
from contact_centre.intake.store import Arrival
from contact_centre.web.limits import Limit

# A provider that is set wrongly sends all of its mails so, each of them many times.
_PER_PROVIDER: Final = Limit("unreadable-calls", 20, 3600)


def keep_call(provider: str, body: bytes, error: str) -> RawMessage | None:
    """A row for people, FAILED with the error; None where enough of this provider's calls lie there already.

    The body is a file in a mail without a sender, so that processing it again never takes it for a resident's mail.
    The same body gives the same row.
    """
    if _PER_PROVIDER.is_passed(provider):
        return None
    at = timezone.now()
    arrival = Arrival(MailSource.WEBHOOK, place=provider)
    return store.keep(
        _as_mail(provider, body), channel=RawChannel.MAIL, at=at, arrival=arrival, error=error or "unreadable"
    )


def _as_mail(provider: str, body: bytes) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = f"{provider}: a call that could not be read"
    mail.set_content("What the provider sent is the file.")
    mail.add_attachment(body, maintype="application", subtype="octet-stream", filename="call.txt")
    # Not by chance: the same call again is the same mail.
    mail.set_boundary("=_call")
    return mail.as_bytes()
