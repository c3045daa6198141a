"""Ways to reach a person."""

from collections.abc import Mapping
from typing import Final

from notifications.channels.base import (
    AccountFailure,
    Channel,
    Failure,
    NotNow,
    PermanentFailure,
    Receipt,
    TemporaryFailure,
)
from notifications.channels.by_person import CALL_BACK, LETTER
from notifications.channels.email import EMAIL
from notifications.channels.sms import SMS
from notifications.models import NoticeChannel

__all__ = [
    "CHANNELS",
    "AccountFailure",
    "Channel",
    "Failure",
    "NotNow",
    "PermanentFailure",
    "Receipt",
    "TemporaryFailure",
]

CHANNELS: Final[Mapping[str, Channel]] = {
    NoticeChannel.EMAIL: EMAIL,
    NoticeChannel.SMS: SMS,
    NoticeChannel.PHONE: CALL_BACK,
    NoticeChannel.LETTER: LETTER,
}
