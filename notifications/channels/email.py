"""E-mail by Django's backends: SMTP, a provider through Anymail, or a maildir."""

from datetime import datetime
from email.headerregistry import Address
from smtplib import SMTPRecipientsRefused
from typing import Final

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from notifications.channels.base import (
    AccountFailure,
    Channel,
    Failure,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from notifications.channels.headers import headers_of
from notifications.channels.refusals import About, about
from notifications.channels.relays import Relay, choose, let_rest
from notifications.links import bounce_address, reply_address
from notifications.models import Notice, NoticeState, SuppressionReason
from notifications.rendering import Rendered
from notifications.suppression import status_in, verdict_on


def send(notice: Notice, words: Rendered, at: datetime) -> Receipt:
    """Send the mail by the relay whose turn it is. Raises PermanentFailure, TemporaryFailure or NotNow."""
    if notice.participant.email.lower().endswith(f"@{settings.MAIL_DOMAIN.lower()}"):
        raise PermanentFailure("the address is one of our own")
    relay = choose(notice.priority, notice.attempts, at=at)
    try:
        message = compose(notice, words, at, relay)
        message.send()
    except Exception as error:
        raise _failure(error, notice.participant.email, relay, at) from error
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


def _failure(error: Exception, address: str, relay: Relay, at: datetime) -> Failure:
    said = f"{type(error).__name__}: {error}"
    meant = about(error, address)
    if meant is About.MAIL:
        return PermanentFailure(said, relay=relay.name, verdict=_verdict(error, status_in(said)))
    if meant in (About.RELAY, About.ACCOUNT):
        let_rest(relay, at=at)
    if meant is About.ACCOUNT:
        return AccountFailure(said, relay=relay.name)
    is_hers = meant is About.MOMENT and isinstance(error, SMTPRecipientsRefused)
    return TemporaryFailure(said, relay=relay.name, verdict=SuppressionReason.SOFT if is_hers else None)


def _verdict(error: Exception, status: str) -> SuppressionReason | None:
    """What a refusal for good says of the address. Where the recipient is refused without a code, it may be dead."""
    if status:
        return verdict_on(status)
    is_hers = isinstance(error, SMTPRecipientsRefused | AnymailRecipientsRefused)
    return SuppressionReason.SOFT if is_hers else None


EMAIL: Final = Channel(contact="email", ends_in=NoticeState.SENT, send=send)
