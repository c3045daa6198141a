"""What stands around a mail: its header fields as they came, the path it took and the marks that filters left."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from contact_centre.intake.mail import address, headers
from contact_centre.intake.mail.types import Envelope, Mailbox

_MAX_FIELDS: Final = 500
_MAX_VALUE: Final = 4000
_IMPORTANCE: Final = ("Importance", "Priority", "X-Priority", "X-MSMail-Priority")
_SHOWN: Final = 60
_NULL_PATH: Final = re.compile(r"<?\s*>?")


def read(mail: Message) -> Envelope:
    """The fields of the header, the topmost first, unfolded and of bounded length."""
    return Envelope(tuple(_fields(mail)))


def return_path(envelope: Envelope) -> str | None:
    """The address that failures go to: empty for mails that nobody may answer, None where nothing says it."""
    value = envelope.first("Return-Path")
    if value is None:
        return None
    return "" if _NULL_PATH.fullmatch(value.strip()) else value.strip().strip("<>").lower()


def importance(envelope: Envelope) -> tuple[str, ...]:
    """What the sender says of its importance, for people to read. Nothing follows from it."""
    said = ((name, envelope.first(name)) for name in _IMPORTANCE)
    return tuple(f"{name}: {headers.shown(value)[:_SHOWN]}" for name, value in said if value)


def mailbox(envelope: Envelope, name: str) -> Mailbox | None:
    """The first address in a field."""
    value = envelope.first(name)
    return address.read(value) if value else None


def _fields(mail: Message) -> Iterator[tuple[str, str]]:
    for count, (name, value) in enumerate(mail.raw_items()):
        if count == _MAX_FIELDS:
            return
        text = headers.unfold(str(value)[:_MAX_VALUE])
        yield name.lower(), text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
