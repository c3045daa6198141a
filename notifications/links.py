"""Addresses and ids that lead a resident, or her mail, back to her case. All absolute, none stored."""

import base64
import re
from datetime import date

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.keys import phone_pin, reply_token, tracking_key
from cases.models import CaseParticipant

_SALT = "notifications.links.message_id"
_MAC_BYTES = 10
_MESSAGE_ID = re.compile(r"<?n([1-9]\d{0,17})\.([a-z2-7]{16})@([^@<>\s]+)>?", re.ASCII | re.IGNORECASE)
# What stands in kept words where the resident read her key and her PIN.
_KEY, _PIN = "⟨key⟩", "⟨PIN⟩"


def tracking_url(participant: CaseParticipant) -> str:
    """The participant's own page of the case; opens without a password."""
    return f"{settings.PUBLIC_URL}/track/{participant.case.reference}/{tracking_key(participant)}/"


def privacy_url() -> str:
    """The full privacy clause."""
    return f"{settings.PUBLIC_URL}/privacy/"


def reply_address(participant: CaseParticipant, *, on: date) -> str:
    """Where mails about the case come from and are answered to: the token says whose and which case."""
    return f"reply+{reply_token(participant, on=on)}@{settings.MAIL_DOMAIN}"


def make_message_id(notice_id: int) -> str:
    """``<n<notice id>.<mac>@MAIL_DOMAIN>``: an id that we can prove to have made."""
    return f"<n{notice_id}.{_mac(notice_id, settings.SECRET_KEY)}@{settings.MAIL_DOMAIN}>"


def read_message_id(text: str) -> int | None:
    """The id of the notice whose Message-ID this is, with or without brackets; None when it is not ours."""
    found = _MESSAGE_ID.fullmatch(text.strip())
    if found is None or found[3].lower() != settings.MAIL_DOMAIN.lower():
        return None
    notice_id, mac = int(found[1]), found[2].lower()
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    matches = [constant_time_compare(_mac(notice_id, secret), mac) for secret in secrets]
    return notice_id if any(matches) else None


def conceal(text: str, participant: CaseParticipant) -> str:
    """The words without key and PIN, as they are kept."""
    return text.replace(tracking_key(participant), _KEY).replace(phone_pin(participant), _PIN)


def reveal(text: str, participant: CaseParticipant) -> str:
    """Kept words with the participant's key and PIN of today, for the person who reads or prints them to her."""
    return text.replace(_KEY, tracking_key(participant)).replace(_PIN, phone_pin(participant))


def _mac(notice_id: int, secret: str) -> str:
    digest = salted_hmac(_SALT, str(notice_id), secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()
