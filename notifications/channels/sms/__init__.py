"""Text messages: to mobile numbers only, outside the quiet hours, by the provider of ``SMS_URL``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.conf import settings

from cases.phones import is_mobile, to_e164
from notifications.channels.base import Channel, NotNow, PermanentFailure, Receipt
from notifications.channels.sms.gateway import Account, Build, Text
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
    text = Text(to_e164(phone), words.text.strip(), _key(notice), sms_report_url(account.provider))
    return Receipt(account.provider, _PROVIDERS[account.provider](account).send(text))


def _key(notice: Notice) -> str:
    """The same while it is not known whether the message was taken, another when one of us has it sent again."""
    ended = Attempt.objects.filter(notice=notice).exclude(result=AttemptResult.TEMPORARY)
    return f"n{notice.pk}-{ended.count() + 1}"


SMS: Final = Channel(contact="phone", ends_in=NoticeState.SENT, send=send)
