"""How many leave by one way in a minute, counted over all workers in the cache. A cache that is away holds nothing
back."""

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.core.cache import cache

from notifications.models import Priority

log = structlog.get_logger(__name__)
# Of what may go out in a minute, the part that those who can wait never fill.
RESERVE: Final = 0.2
_WINDOW_SECONDS: Final = 60


def take(name: str, per_minute: int, priority: int, *, at: datetime) -> bool:
    """Count one more of this minute, unless that is more than allowed; 0 allows as many as there are."""
    if not per_minute:
        return True
    share = 1 - RESERVE if priority >= Priority.LAST else 1.0
    key = f"relay:sent:{name}:{int(at.timestamp()) // _WINDOW_SECONDS}"
    try:
        cache.add(key, 0, timeout=2 * _WINDOW_SECONDS)
        if cache.incr(key) <= max(1, int(per_minute * share)):
            return True
        cache.decr(key)
    except Exception:
        log.exception("relay_not_counted", relay=name)
        return True
    return False


def next_minute(at: datetime) -> datetime:
    """When the next minute begins."""
    return at + timedelta(seconds=_WINDOW_SECONDS - at.timestamp() % _WINDOW_SECONDS)
