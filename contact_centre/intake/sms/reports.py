"""Delivery reports as the providers write them, in our words.

Sources: https://www.smsapi.pl/statusy-wiadomosci (the codes), https://www.smsapi.pl/docs section 9 (the call);
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from contact_centre.intake.sms.callers import Fields
from notifications.models import NewsKind
from notifications.outcomes import News

# SMSAPI: the codes of "status". Queued, sent, accepted and unknown say nothing that we did not know, nor does 401: no
# message of this id, or its report is too old.
_SMSAPI: Final[Mapping[str, NewsKind]] = {
    "402": NewsKind.BOUNCED,
    "404": NewsKind.DELIVERED,
    "405": NewsKind.BOUNCED,
    "406": NewsKind.FAILED,
    "407": NewsKind.REJECTED,
    "411": NewsKind.DEFERRED,
    "412": NewsKind.FAILED,
}
_TWILIO: Final[Mapping[str, NewsKind]] = {
    "delivered": NewsKind.DELIVERED,
    "undelivered": NewsKind.BOUNCED,
    "failed": NewsKind.FAILED,
    "canceled": NewsKind.FAILED,
}
_LATEST: Final = 4_000_000_000


def _of_smsapi(fields: Fields, at: datetime) -> Iterator[News]:
    """Up to five reports in one call: each field holds as many values, with commas. ``idx`` is our own key."""
    names = ("idx", "status", "status_name", "donedate", "MsgId")
    columns = {name: fields.get(name, "").split(",") for name in names}
    for number, key in enumerate(columns["idx"]):
        row = {name: values[number] if number < len(values) else "" for name, values in columns.items()}
        kind = _SMSAPI.get(row["status"])
        if key and kind is not None:
            note = f"{row['status']} {row['status_name']}".strip()
            # ``donedate`` is absent from the name: a report that comes again is the same one.
            name = f"{row['MsgId']}:{key}:{row['status']}"
            yield News("smsapi", name, kind, key, "", "", note, _moment(row["donedate"], at))


def _of_twilio(fields: Fields, at: datetime) -> Iterator[News]:
    sid, status = fields.get("MessageSid", ""), fields.get("MessageStatus", "")
    kind = _TWILIO.get(status)
    if sid and kind is not None:
        note = " ".join(said for name in ("ErrorCode", "ErrorMessage") if (said := fields.get(name)))
        yield News("twilio", f"{sid}:{status}", kind, sid, "", "", note or status, at)


READERS: Final[Mapping[str, Callable[[Fields, datetime], Iterator[News]]]] = {
    "smsapi": _of_smsapi,
    "twilio": _of_twilio,
}


def _moment(seconds: str, at: datetime) -> datetime:
    is_time = seconds.isascii() and seconds.isdecimal() and int(seconds) < _LATEST
    return min(datetime.fromtimestamp(int(seconds), UTC), at) if is_time else at
