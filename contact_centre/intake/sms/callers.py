"""Who calls: only the provider that ``SMS_URL`` names, with the secret of the address, and signed where it signs."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

Fields = dict[str, str]


def fields_of(request: HttpRequest) -> Fields:
    """What was told; SMSAPI tells it in the address, unless asked otherwise."""
    return {name: str(value) for name, value in (request.POST or request.GET).items()}


def is_provider(request: HttpRequest, provider: str, secret: str) -> bool:
    """Whether the call is the provider's own."""
    if settings.SMS is None or settings.SMS["provider"] != provider or not settings.SMS_HOOK_SECRET:
        return False
    if not constant_time_compare(secret, settings.SMS_HOOK_SECRET):
        return False
    return provider != "twilio" or _is_signed(request)


def _is_signed(request: HttpRequest) -> bool:
    """Twilio's signature: HMAC-SHA1 by the account's token over the address and the sorted fields of the form."""
    pairs = sorted((name, value) for name, values in request.POST.lists() for value in set(map(str, values)))
    said = f"{settings.PUBLIC_URL}{request.get_full_path()}" + "".join(map("".join, pairs))
    # SHA-1 is theirs to choose.
    assert settings.SMS is not None, "asked before"
    mac = hmac.new(settings.SMS["secret"].encode(), said.encode(), hashlib.sha1).digest()
    return constant_time_compare(
        base64.b64encode(mac).decode(), request.headers.get("X-Twilio-Signature", "")
    )
