"""What is wrong with the settings of the webhooks, before anybody calls."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error

from contact_centre.intake.webhooks.providers import PROVIDERS


def check_hooks(_app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Every provider that is switched on is known, and its calls can be verified."""
    return [fault for name in settings.MAIL_HOOKS if (fault := _fault(name))]


def _fault(name: str) -> CheckMessage | None:
    provider = PROVIDERS.get(name)
    if provider is None:
        known = ", ".join(sorted(PROVIDERS))
        return Error(f"MAIL_HOOKS names {name!r}, which is none of {known}.", id="intake.E001")
    if provider.is_secured:
        return None
    wanted = " or ".join(provider.secrets) + "".join(f", and {one}" for one in provider.needs)
    return Error(
        f"MAIL_HOOKS names {name!r}, but its calls cannot be verified or read: it is off.",
        hint=f"Give {wanted} in MAIL_HOOK_SECRETS.",
        id="intake.E002",
    )
