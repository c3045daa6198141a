"""Text messages: to mobile numbers only, outside the quiet hours, by the provider of ``SMS_URL``, as many in a minute
as it takes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import takewhile
from typing import Final

from django.conf import settings

from cases.phones import is_mobile, to_e164
from notifications.channels.base import Channel, NotNow, PermanentFailure, Receipt
from notifications.channels.rates import next_minute, take
from notifications.channels.sms.gateway import LOST, Account, Build, LostAnswer, Text
from notifications.channels.sms.quiet import quiet_until
from notifications.channels.sms.smsapi import SmsApi
from notifications.channels.sms.twilio import Twilio
from notifications.links import sms_report_url
from notifications.models import Attempt, AttemptResult, Notice, NoticeState
from notifications.rendering import Rendered

_PROVIDERS: Final[Mapping[str, Build]] = {"smsapi": SmsApi, "twilio": Twilio}


def send(notice: Notice, words: Rendered, at: datetime) -> Receipt:
    """Send the text message. Raises PermanentFailure, TemporaryFailure or NotNow."""
    phone = notice.participant.phone
    if settings.SMS is None:
        raise PermanentFailure("no provider of text messages is set up")
    if not is_mobile(phone):
        raise PermanentFailure("the number takes no text messages: it is not a mobile number")
    if until := quiet_until(at):
        raise NotNow(until)
    account = Account(**settings.SMS)
    if not take(account.provider, settings.SMS_PER_MINUTE, notice.priority, at=at):
        raise NotNow(next_minute(at))
    tries = _tries(notice)
    text = Text(to_e164(phone), words.text.strip(), _key(notice, tries), sms_report_url(account.provider))
    gateway = _PROVIDERS[account.provider](account)
    try:
        return Receipt(account.provider, gateway.send(text))
    except LostAnswer as lost:
        if gateway.knows_keys or not _was_lost_before(tries):
            raise
        raise PermanentFailure(f"{lost}; it may have arrived already", relay=account.provider) from lost


def _tries(notice: Notice) -> list[Attempt]:
    return list(Attempt.objects.filter(notice=notice).order_by("id"))


def _key(notice: Notice, tries: Sequence[Attempt]) -> str:
    """The same while it is not known whether the message was taken, another when one of us has it sent again."""
    ended = [row for row in tries if row.result != AttemptResult.TEMPORARY]
    return f"n{notice.pk}-{len(ended) + 1}"


def _was_lost_before(tries: Sequence[Attempt]) -> bool:
    """Whether an answer was lost since one of us had it sent: a person then says whether to risk another one."""
    since = takewhile(lambda row: row.result == AttemptResult.TEMPORARY, reversed(tries))
    return any(row.error.startswith(LOST) for row in since)


SMS: Final = Channel(contact="phone", ends_in=NoticeState.SENT, send=send)
