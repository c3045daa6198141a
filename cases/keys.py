"""Derived secrets: tracking keys, phone PINs and reply tokens. Computed, never stored.

HMAC-SHA256 over what they open, keyed by ``SECRET_KEY`` (older ones in ``SECRET_KEY_FALLBACKS`` still verify).
"""

import base64
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.models import CaseParticipant

_TRACKING = "cases.keys.tracking"
_PIN = "cases.keys.pin"
_REPLY = "cases.keys.reply"
_KEY_BYTES = 16
# Of its letters and digits, five bits each.
KEY_LENGTH = 26
_MAC_BYTES = 10
_EPOCH = date(2025, 1, 1)
REPLY_TOKEN_DAYS = 730


def tracking_key(participant: CaseParticipant) -> str:
    """The key in this participant's tracking link: 26 letters and digits."""
    return _text(_digest(_TRACKING, _subject(participant), settings.SECRET_KEY)[:_KEY_BYTES])


def opens(participant: CaseParticipant, key: str) -> bool:
    """Whether the key is this participant's current one and was not revoked."""
    if participant.revoked_at is not None:
        return False
    subject = _subject(participant)
    candidates = (_text(_digest(_TRACKING, subject, secret)[:_KEY_BYTES]) for secret in _secrets())
    return any(constant_time_compare(candidate, key.lower()) for candidate in candidates)


def phone_pin(participant: CaseParticipant) -> str:
    """Six digits that a caller says to hear a status."""
    return _pin(participant, settings.SECRET_KEY)


def pin_matches(participant: CaseParticipant, spoken: str) -> bool:
    """Whether the caller said the right PIN; spaces and dashes do not count."""
    digits = "".join(c for c in spoken if c.isdigit())
    if participant.revoked_at is not None:
        return False
    return any(constant_time_compare(_pin(participant, secret), digits) for secret in _secrets())


def reply_token(participant: CaseParticipant, *, on: date) -> str:
    """``<participant>.<expiry>.<mac>`` for the local part of a reply address; 40 characters at most."""
    expires = (on - _EPOCH).days + REPLY_TOKEN_DAYS
    subject = f"{participant.pk}.{expires}"
    return f"{subject}.{_reply_mac(subject, participant, settings.SECRET_KEY)}"


def read_reply_token(token: str, *, on: date) -> CaseParticipant | None:
    """The participant a token was made for; None when it is malformed, expired, revoked or forged."""
    parts = token.lower().split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 12 for p in parts[:2]):
        return None
    participant = CaseParticipant.objects.select_related("case").filter(pk=int(parts[0])).first()
    if participant is None or participant.revoked_at or int(parts[1]) < (on - _EPOCH).days:
        return None
    subject = f"{parts[0]}.{parts[1]}"
    macs = [_reply_mac(subject, participant, secret) for secret in _secrets()]
    return participant if any(constant_time_compare(mac, parts[2]) for mac in macs) else None


def _pin(participant: CaseParticipant, secret: str) -> str:
    number = int.from_bytes(_digest(_PIN, _subject(participant), secret)[:8], "big")
    return f"{number % 1_000_000:06d}"


def _reply_mac(subject: str, participant: CaseParticipant, secret: str) -> str:
    # The addressee is part of the mac: a token does not survive a change of the address it was sent to.
    return _text(
        _digest(_REPLY, f"{subject}.{_subject(participant)}.{participant.email.lower()}", secret)[:_MAC_BYTES]
    )


def _subject(participant: CaseParticipant) -> str:
    return f"{participant.case_id}:{participant.pk}:{participant.key_version}"


def _secrets() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from map(str, settings.SECRET_KEY_FALLBACKS)


def _digest(salt: str, value: str, secret: str) -> bytes:
    return salted_hmac(salt, value, secret=secret, algorithm="sha256").digest()


def _text(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()
