"""E-mail by Django's backend: SMTP, a provider through Anymail, or a maildir."""

from datetime import datetime
from email.headerregistry import Address
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Final

from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from django.utils import timezone

from notifications.channels.base import Channel, PermanentFailure
from notifications.links import reply_address
from notifications.models import Notice, NoticeChannel, NoticeKind, NoticeState
from notifications.rendering import Rendered

# Enough for every mail program to find the thread; a header of bounded length.
THREAD_LENGTH = 20
_PERMANENT = 500
_REFUSED_STATUS = (400, 413, 422)


def send(notice: Notice, words: Rendered, at: datetime) -> None:
    """Send the mail. Raises PermanentFailure, or whatever the backend raised when a later try may succeed."""
    message = compose(notice, words, at)
    try:
        message.send()
    except (AnymailRecipientsRefused, AnymailInvalidAddress, BadHeaderError, UnicodeError) as error:
        raise PermanentFailure(f"{type(error).__name__}: {error}") from error
    except (SMTPRecipientsRefused, SMTPDataError, AnymailAPIError) as error:
        if _is_permanent(error):
            raise PermanentFailure(f"{type(error).__name__}: {error}") from error
        raise


def compose(notice: Notice, words: Rendered, at: datetime) -> EmailMultiAlternatives:
    """The mail as it will leave: a text and an HTML part that say the same, and the headers of an automatic mail."""
    address = reply_address(notice.participant, on=timezone.localdate(at))
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        from_email=str(Address(words.sender, addr_spec=address)),
        to=[notice.participant.email],
        reply_to=[address],
        headers=_headers(notice),
    )
    message.attach_alternative(words.html, "text/html")
    return message


def _headers(notice: Notice) -> dict[str, str]:
    is_answer = notice.kind == NoticeKind.RECEIVED
    headers = {
        "Message-ID": notice.message_id,
        "Auto-Submitted": "auto-replied" if is_answer else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "Content-Language": notice.spoken_language,
    }
    earlier = _earlier_ids(notice)
    if earlier:
        headers |= {"In-Reply-To": earlier[-1], "References": " ".join(earlier)}
    return headers


def _earlier_ids(notice: Notice) -> list[str]:
    """Ids of the mails that this participant had before about the case: the first, and the last ones."""
    sent = Notice.objects.filter(
        participant_id=notice.participant_id, channel=NoticeChannel.EMAIL, pk__lt=notice.pk
    )
    ids = list(sent.filter(state=NoticeState.SENT).order_by("id").values_list("message_id", flat=True))
    return ids if len(ids) <= THREAD_LENGTH else [ids[0], *ids[1 - THREAD_LENGTH :]]


def _is_permanent(error: Exception) -> bool:
    # A refused login, sender or greeting is a matter for the administrator, not the end of the resident's notice.
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= _PERMANENT for code, _ in error.recipients.values())
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= _PERMANENT
    return getattr(error, "status_code", None) in _REFUSED_STATUS


EMAIL: Final = Channel(contact="email", ends_in=NoticeState.SENT, send=send)
