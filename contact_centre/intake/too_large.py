"""A mail larger than its mailbox takes: what its header says, and the one answer that its sender gets."""

from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import override

from contact_centre.intake import store
from contact_centre.intake.addresses import default_address, is_ours
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Machine
from contact_centre.intake.models import Mailbox, RawMessage, Reason
from contact_centre.intake.store import TooLarge
from contact_centre.web.limits import Limit

log = structlog.get_logger(__name__)
_PER_SENDER: Final = Limit("too-large-notice", 1, 24 * 3600)
_IN_ALL: Final = Limit("too-large-notices", 100, 3600)


def described(header: bytes, size: int) -> TooLarge:
    """What the row of the mail says of it. Never raises: the parser notes what is wrong."""
    mail = parse(header)
    return TooLarge(size, mail.sender.key if mail.sender else "", mail.subject, mail.message_id)


def answer(row: RawMessage) -> bool:
    """Tell a person whose mail was too large how to send it; machines and those told today are not written to.

    Raises what the mail backend raises.
    """
    if row.reason != Reason.TOO_LARGE or not row.sender:
        return False
    header = store.read(row)
    mail = parse(header)
    if mail.sender is None or mail.machine is not Machine.NO or is_ours(mail.sender.address):
        return False
    if _PER_SENDER.is_passed(mail.sender.key) or _IN_ALL.is_passed("all"):
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
