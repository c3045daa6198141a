"""Addresses and ids that lead a resident, or her mail, back to her case. All absolute, none stored."""

import base64
import re
from datetime import date

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from cases.keys import KEY_LENGTH, phone_pin, reply_token, tracking_key
from cases.models import CaseParticipant

_MESSAGE, _BOUNCE, _LOOP, _UNSUBSCRIBE = (
    f"notifications.links.{name}" for name in ("message_id", "bounce", "loop", "unsubscribe")
)
_MAC_BYTES = 10
_ID = r"([1-9]\d{0,17})\.([a-z2-7]{16})"
_MESSAGE_ID = re.compile(rf"<?n{_ID}@([^@<>\s]+)>?", re.ASCII | re.IGNORECASE)
_BOUNCE_ADDRESS = re.compile(rf"<?bounce\+{_ID}@([^@<>\s]+)>?", re.ASCII | re.IGNORECASE)
_UNSUBSCRIBE_TOKEN = re.compile(_ID, re.ASCII)
# What mail programs leave of names: they put something of their own in front, and Word allows no other signs than
# these and forty of them.
_REPLY_MARK = re.compile(r"ccref_([0-9]{1,11})_([0-9]{1,11})_([a-z2-7]{16})")
# What stands in kept words where the resident read her key and her PIN.
_KEY, _PIN = "⟨key⟩", "⟨PIN⟩"


def tracking_url(participant: CaseParticipant) -> str:
    """The participant's own page of the case; opens without a password."""
    return f"{settings.PUBLIC_URL}/track/{participant.case.reference}/{tracking_key(participant)}/"


def sample_tracking_url(reference: str) -> str:
    """As long as the link to a participant's page, which counts in a text message; it opens nothing."""
    return f"{settings.PUBLIC_URL}/track/{reference}/{'x' * KEY_LENGTH}/"


def wishes_url(participant: CaseParticipant) -> str:
    """Where she says how she wants to hear from us; opens without a password."""
    return f"{tracking_url(participant)}wishes/"


def privacy_url() -> str:
    """The full privacy clause."""
    return f"{settings.PUBLIC_URL}/privacy/"


def reply_address(participant: CaseParticipant, *, on: date) -> str:
    """Where mails about the case come from and are answered to: the token says whose and which case."""
    return f"reply+{reply_token(participant, on=on)}@{settings.MAIL_DOMAIN}"


def reply_mark(participant: CaseParticipant, *, on: date) -> str:
    """The token of the reply address as a name that stands hidden in our pages: what is left where a program quotes
    the page and no address, and something on the way has rewritten the links."""
    return f"ccref_{reply_token(participant, on=on).replace('.', '_')}"


def reply_marks_in(text: str) -> list[str]:
    """The reply tokens of hidden marks in a page or text, each once; none of them is checked."""
    return list(dict.fromkeys(".".join(found.groups()) for found in _REPLY_MARK.finditer(text)))


def without_reply_marks(text: str) -> str:
    """The page or text without hidden marks, which are nothing to read."""
    return _REPLY_MARK.sub("", text)


def unsubscribe_url(participant: CaseParticipant) -> str:
    """Where a subscription ends without a login, by one click (RFC 8058)."""
    token = f"{participant.pk}.{_mac(_UNSUBSCRIBE, participant.pk, settings.SECRET_KEY)}"
    return f"{settings.PUBLIC_URL}/track/stop/{token}/"


def sms_report_url(provider: str) -> str:
    """Where a provider tells what became of a text message; empty where no secret guards the address."""
    secret = settings.SMS_HOOK_SECRET
    return f"{settings.PUBLIC_URL}/hooks/sms/{provider}/{secret}/report/" if secret else ""


def read_unsubscribe_token(token: str) -> int | None:
    """The id of the participant for whom the token was made; None when it is not ours."""
    found = _UNSUBSCRIBE_TOKEN.fullmatch(token)
    return _checked(_UNSUBSCRIBE, found[1], found[2]) if found else None


def make_message_id(notice_id: int) -> str:
    """``<n<notice id>.<mac>@MAIL_DOMAIN>``: an id that we can prove to have made."""
    return f"<n{notice_id}.{_mac(_MESSAGE, notice_id, settings.SECRET_KEY)}@{settings.MAIL_DOMAIN}>"


def read_message_id(text: str) -> int | None:
    """The id of the notice whose Message-ID this is, with or without brackets; None when it is not ours."""
    return _read_at_home(_MESSAGE_ID, _MESSAGE, text)


def bounce_address(notice_id: int) -> str:
    """``bounce+<notice id>.<mac>@MAIL_DOMAIN``: the envelope sender, to which what cannot be delivered comes back."""
    return f"bounce+{notice_id}.{_mac(_BOUNCE, notice_id, settings.SECRET_KEY)}@{settings.MAIL_DOMAIN}"


def read_bounce_address(address: str) -> int | None:
    """The id of the notice whose envelope sender this is; None when it is not ours."""
    return _read_at_home(_BOUNCE_ADDRESS, _BOUNCE, address)


def loop_id() -> str:
    """What ``X-Loop-Id`` says in every mail of this installation: one that comes in with it has run in a circle."""
    return f"{_mac(_LOOP, settings.MAIL_DOMAIN, settings.SECRET_KEY)}@{settings.MAIL_DOMAIN}"


def is_own_loop_id(text: str) -> bool:
    """Whether a mail that came in carries our own ``X-Loop-Id``."""
    mac, _, domain = text.strip().lower().partition("@")
    is_home = domain == settings.MAIL_DOMAIN.lower()
    return is_home and any(
        constant_time_compare(_mac(_LOOP, settings.MAIL_DOMAIN, key), mac) for key in _keys()
    )


def conceal(text: str, participant: CaseParticipant) -> str:
    """The words without key, PIN and reply token, as they are kept."""
    bare = without_reply_marks(text)
    return bare.replace(tracking_key(participant), _KEY).replace(phone_pin(participant), _PIN)


def reveal(text: str, participant: CaseParticipant) -> str:
    """Kept words with the participant's key and PIN of today, for the person who reads or prints them to her."""
    return text.replace(_KEY, tracking_key(participant)).replace(_PIN, phone_pin(participant))


def _read_at_home(pattern: re.Pattern[str], salt: str, text: str) -> int | None:
    found = pattern.fullmatch(text.strip())
    if found is None or found[3].lower() != settings.MAIL_DOMAIN.lower():
        return None
    return _checked(salt, found[1], found[2])


def _checked(salt: str, digits: str, mac: str) -> int | None:
    matches = [constant_time_compare(_mac(salt, digits, key), mac.lower()) for key in _keys()]
    return int(digits) if any(matches) else None


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _mac(salt: str, subject: int | str, secret: str) -> str:
    digest = salted_hmac(salt, str(subject), secret=secret, algorithm="sha256").digest()
    return base64.b32encode(digest[:_MAC_BYTES]).decode("ascii").lower()
