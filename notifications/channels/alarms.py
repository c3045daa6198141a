"""Telling the administrator that a relay or a provider takes nothing from us: once an hour, not with each notice."""

from typing import Final

import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)
_SECONDS: Final = 3600


def account_refused(relay: str) -> None:
    """Write an ``error`` line, unless there was one within the hour. What was said stands with the attempts: it may
    name a person."""
    try:
        is_new = cache.add(f"relay:refuses:{relay}", 1, timeout=_SECONDS)
    except Exception:
        log.exception("relay_state_unknown", relay=relay)
        is_new = True
    if is_new:
        log.error("relay_refuses_us", relay=relay)
