"""A mail larger than its mailbox takes: what its header says, and the one answer that its sender gets."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import override

from contact_centre.intake import store
from contact_centre.intake.addresses import default_address, is_ours
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Machine
from contact_centre.intake.models import Mailbox, RawMessage, RawState, Reason
from contact_centre.intake.store import TooLarge
from contact_centre.web.limits import Limit

log = structlog.get_logger(__name__)
_PER_SENDER_EVERY: Final = timedelta(days=1)
# Between two tries, and after how long nobody is told any more.
_PAUSE: Final = timedelta(minutes=15)
_AT_ONCE: Final = 50
_GIVEN_UP_AFTER: Final = timedelta(days=3)
_IN_ALL: Final = Limit("too-large-notices", 100, 3600)


def described(header: bytes, size: int) -> TooLarge:
    """What the row of the mail says of it. Never raises: the parser notes what is wrong."""
    mail = parse(header)
    return TooLarge(size, mail.sender.key if mail.sender else "", mail.subject, mail.message_id)


def untold(at: datetime) -> list[int]:
    """The mails whose senders should have heard by now that they were too large."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    since = Q(settled_at__gt=at - _GIVEN_UP_AFTER, settled_at__lt=at - _PAUSE)
    rows = RawMessage.objects.filter(free, since, state=RawState.QUARANTINED, reason=Reason.TOO_LARGE)
    return list(rows.filter(told_at=None).order_by("id").values_list("pk", flat=True)[:_AT_ONCE])


def answer(row: RawMessage, *, at: datetime) -> bool:
    """Tell a person whose mail was too large how to send it; machines and those told today are not written to.

    Whoever cannot be told now is told by the sweep. Raises what the mail backend raises.
    """
    if row.reason != Reason.TOO_LARGE or not store.begin_telling(row, until=at + _PAUSE, at=at):
        return False
    is_told = _answer(row, at)
    store.end_telling(row, at=at)
    return is_told


def _answer(row: RawMessage, at: datetime) -> bool:
    mail = parse(store.header_of(store.read(row)))
    if mail.sender is None or mail.machine is not Machine.NO or is_ours(mail.sender.address):
        return False
    lately = RawMessage.objects.filter(
        sender=row.sender, reason=Reason.TOO_LARGE, told_at__gt=at - _PER_SENDER_EVERY
    )
    if lately.exists() or _IN_ALL.is_passed("all"):
        log.info("too_large_not_told", raw_id=row.pk)
        return False
    arrival = row.arrivals.exclude(mailbox=None).select_related("mailbox").order_by("id").first()
    _message(mail.sender.address, mail.message_id, arrival.mailbox if arrival else None).send()
    return True


def _message(to: str, message_id: str, mailbox: Mailbox | None) -> EmailMessage:
    limit = mailbox.max_bytes if mailbox else settings.MAIL_MAX_BYTES
    with override(mailbox.language if mailbox else settings.LANGUAGE_CODE):
        return EmailMessage(
            subject=_("Your message was too large for us"),
            body=_(
                "Your message did not reach us: it is larger than %(limit)s, the most that our mailbox takes.\n\n"
                "Please send it again with smaller or fewer files, or report it with its photos here:\n%(url)s"
            )
            % {"limit": filesizeformat(limit), "url": f"{settings.PUBLIC_URL}/report/"},
            from_email=mailbox.address if mailbox else default_address(),
            to=[to],
            headers=_headers(message_id),
        )


def _headers(message_id: str) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "bulk"}
    safe = message_id.isascii() and message_id.isprintable() and " " not in message_id
    return headers | ({"In-Reply-To": f"<{message_id}>"} if message_id and safe else {})
