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
from contact_centre.intake.fates import is_in_a_circle
from contact_centre.intake.identity import claims_to_be_us, identity_of, own_recipients
from contact_centre.intake.mail.authentication import Verdict
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Machine, ParsedMail
from contact_centre.intake.models import Mailbox, RawMessage, RawState, Reason, RuleAction
from contact_centre.intake.senders import queues_of, rule_for
from contact_centre.intake.spam import is_called_spam
from contact_centre.intake.store import TooLarge
from contact_centre.web.limits import Limit
from notifications.channels.refusals import About, about
from notifications.suppression import is_suppressed

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
    """Tell a person whose mail was too large how to send it; whoever may not be answered and those told today are not
    written to.

    Whoever cannot be told now is told by the sweep. Raises what the mail backend raises, unless it refuses this very
    person: no other try helps.
    """
    if row.reason != Reason.TOO_LARGE or not store.begin_telling(row, until=at + _PAUSE, at=at):
        return False
    mail = parse(store.header_of(store.read(row)))
    is_for_her = _may_be_told(mail, at) and not _is_told_lately(row, at)
    if is_for_her and _IN_ALL.is_passed("all"):
        log.warning("too_large_told_later", raw_id=row.pk, error="too many of them in this hour")
        return False
    is_told = is_for_her and _tell(row, mail)
    store.end_telling(row, is_told=is_told, at=at)
    return is_told


def _may_be_told(mail: ParsedMail, at: datetime) -> bool:
    """Whether it is a person, proved as far as mails are, whom we listen to and may write to."""
    who = identity_of(mail)
    if who.writer is None or not who.may_join or mail.machine is not Machine.NO or is_in_a_circle(mail):
        return False
    if is_ours(who.writer.address) or (claims_to_be_us(mail) and who.verdict is not Verdict.PASS):
        return False
    rule = rule_for(who.writer, mail.envelope, queues_of(own_recipients(mail)), at=at)
    is_wanted = rule.action == RuleAction.ALLOW if rule is not None else not is_called_spam(mail.envelope)
    return is_wanted and not is_suppressed(who.writer.key, at=at)


def _is_told_lately(row: RawMessage, at: datetime) -> bool:
    """Whether she really was: what others sent in her name silences nobody."""
    since = at - _PER_SENDER_EVERY
    lately = RawMessage.objects.filter(sender=row.sender, reason=Reason.TOO_LARGE, told_at__gt=since)
    return any(store.SENDER_TOLD in defects for defects in lately.values_list("defects", flat=True))


def _tell(row: RawMessage, mail: ParsedMail) -> bool:
    assert mail.sender is not None, "only whoever may be told is told"
    arrival = row.arrivals.exclude(mailbox=None).select_related("mailbox").order_by("id").first()
    message = _message(mail.sender.address, mail.message_id, arrival.mailbox if arrival else None)
    try:
        message.send()
    except Exception as error:
        if about(error, mail.sender.address) is not About.MAIL:
            raise
        log.info("too_large_not_told", raw_id=row.pk, error=type(error).__name__)
        return False
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
