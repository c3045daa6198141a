"""E-mail by Django's backends: SMTP, a provider through Anymail, or a maildir."""

from datetime import datetime
from email.headerregistry import Address
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Final

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from django.utils import timezone

from notifications.channels.base import Channel, PermanentFailure, Receipt, TemporaryFailure
from notifications.channels.headers import headers_of
from notifications.channels.relays import Relay, choose, let_rest
from notifications.links import bounce_address, reply_address
from notifications.models import Notice, NoticeState, SuppressionReason
from notifications.rendering import Rendered
from notifications.suppression import status_in, verdict_on

_PERMANENT = 500
_REFUSED_STATUS = (400, 413, 422)
_REFUSALS = (AnymailRecipientsRefused, AnymailInvalidAddress, BadHeaderError, UnicodeError)


def send(notice: Notice, words: Rendered, at: datetime) -> Receipt:
    """Send the mail by the relay whose turn it is. Raises PermanentFailure, TemporaryFailure or NotNow."""
    if notice.participant.email.lower().endswith(f"@{settings.MAIL_DOMAIN.lower()}"):
        raise PermanentFailure("the address is one of our own")
    relay = choose(notice.priority, notice.attempts, at=at)
    message = compose(notice, words, at, relay)
    try:
        message.send()
    except Exception as error:
        raise _failure(error, relay, at) from error
    # Only Anymail knows of an id of its own; everybody else keeps ours.
    status = getattr(message, "anymail_status", None)
    provider_id = status.message_id if status and isinstance(status.message_id, str) else notice.message_id
    return Receipt(relay.name, provider_id[:255])


def compose(notice: Notice, words: Rendered, at: datetime, relay: Relay) -> EmailMultiAlternatives:
    """The mail as it will leave: a text and an HTML part that say the same, to one person and nobody else."""
    address = reply_address(notice.participant, on=timezone.localdate(at))
    sender = str(Address(words.sender, addr_spec=address))
    headers = headers_of(notice)
    if relay.keeps_envelope:
        # Django takes ``from_email`` for the envelope and the header for people to see.
        headers["From"], sender = sender, bounce_address(notice.pk)
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        from_email=sender,
        to=[notice.participant.email],
        reply_to=[address],
        headers=headers,
        connection=relay.connect(),
    )
    message.attach_alternative(words.html, "text/html")
    return message


def _failure(error: Exception, relay: Relay, at: datetime) -> PermanentFailure | TemporaryFailure:
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, _REFUSALS) or _is_permanent(error):
        return PermanentFailure(said, relay=relay.name, verdict=verdict_on(status_in(said)))
    if isinstance(error, SMTPRecipientsRefused):
        return TemporaryFailure(said, relay=relay.name, verdict=SuppressionReason.SOFT)
    if not isinstance(error, SMTPDataError):
        # Whoever refuses one recipient or these words for now is at work; anybody else may be away.
        let_rest(relay, at=at)
    return TemporaryFailure(said, relay=relay.name)


def _is_permanent(error: Exception) -> bool:
    # A refused login, sender or greeting is a matter for the administrator, not the end of the resident's notice.
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= _PERMANENT
    return isinstance(error, AnymailAPIError) and error.status_code in _REFUSED_STATUS


EMAIL: Final = Channel(contact="email", ends_in=NoticeState.SENT, send=send)
