"""Addresses in header fields that often break the rules: a tolerant reader, never an error."""

import re
from email.message import Message
from typing import Final

from contact_centre.intake.mail import headers
from contact_centre.intake.mail.types import Mailbox
from notifications.addresses import address_key as key

__all__ = ["key", "recipients", "sender"]

MAX_ADDRESS: Final = 254
_NAME_LENGTH: Final = 160
_MAX_RECIPIENTS: Final = 200
_MAX_SEARCHED: Final = 100_000
# Where the address that a mail was delivered to is written, the surest first.
_RECIPIENT_FIELDS: Final = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "To",
    "Cc",
    "Resent-To",
    "Resent-Cc",
)
# Quoted names, encoded words and comments: an address in them is not the sender's.
_MASKED: Final = re.compile(r'"(?:[^"\\]|\\.)*"(?!@)|=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=|\((?:[^()\\]|\\.)*\)')
_MASK: Final = "\0"
_MAX_COMMENTS: Final = 3
_IN_BRACKETS: Final = re.compile(r"<([^<>]*@[^<>]*)>")
_PLAIN: Final = re.compile(
    r'(?<![^\s<>()\[\],;:"@\\])(?:"[^"\s]{1,64}"|[^\s<>()\[\],;:"@\\]{1,200})@[^\s<>()\[\],;:"@\\]{1,255}'
)


def sender(mail: Message) -> Mailbox | None:
    """The first mailbox of From; None where there is no address in it."""
    return read(headers.raw_value(mail, "From"), headers.charset_beside(mail))


def read(value: str, beside: str = "") -> Mailbox | None:
    """The first mailbox in the value of a field; None where there is no address in it. ``beside``: the charset of raw
    bytes in it."""
    value = value.replace(_MASK, "")
    masked = value
    # Comments stand in comments.
    for _ in range(_MAX_COMMENTS):
        masked = _MASKED.sub(lambda found: _MASK * len(found[0]), masked)
    decoded = headers.decode(value, beside)
    return _first(masked, value, beside) or _first(value, value, beside) or _first(decoded, decoded, beside)


def recipients(mail: Message) -> tuple[str, ...]:
    """Every address that the mail was sent or delivered to, in lower case, the surest first."""
    values = " , ".join(value for name in _RECIPIENT_FIELDS for value in headers.raw_values(mail, name))
    found = _PLAIN.findall(values[:_MAX_SEARCHED])
    readable = (one if one.isprintable() else headers.shown(headers.decode(one)) for one in found)
    return tuple(dict.fromkeys(one.lower() for one in readable))[:_MAX_RECIPIENTS]


def _first(searched: str, value: str, beside: str) -> Mailbox | None:
    """The first address in ``searched``; the name stands at the same place in ``value``."""
    bracketed, plain = _IN_BRACKETS.search(searched), _PLAIN.search(searched)
    if bracketed and not (plain and "," in searched[plain.end() : bracketed.start()]):
        # Old routes and "mailto:" stand before the address itself.
        name, raw = value[: bracketed.start()], bracketed[1].rsplit(":", 1)[-1]
    elif plain:
        name, raw = "", plain[0]
    else:
        return None
    address = headers.decode(raw.replace(_MASK, "")).strip().rstrip(".")
    local, _, domain = address.rpartition("@")
    is_usable = (
        local and domain and len(address) <= MAX_ADDRESS and address.isprintable() and " " not in address
    )
    return Mailbox(_clean(name, beside), address, key(address)) if is_usable else None


def _clean(name: str, beside: str) -> str:
    shown = headers.shown(headers.decode(name, beside))
    return " ".join(shown.replace('\\"', '"').split()).strip("\"' ,")[:_NAME_LENGTH]
