"""How often somebody may do something: counted in the cache, in fixed windows of time.

A limit never decides what happens to a text: the face that asks keeps it and says what to do.
"""

import hashlib
import ipaddress
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = structlog.get_logger(__name__)

IPV4_PREFIX = 24
IPV6_PREFIX = 56


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` times in ``seconds``."""

    name: str
    count: int
    seconds: int

    def is_passed(self, subject: str) -> bool:
        """Count one more for this subject, and say whether that is more than allowed.

        Nobody is held back without a subject, with limits lifted (``RATE_LIMITS_ENABLED``), or by a broken cache.
        """
        if not subject or not settings.RATE_LIMITS_ENABLED:
            return False
        digest = hashlib.sha256(subject.lower().encode()).hexdigest()[:32]
        key = f"limit:{self.name}:{digest}:{int(time.time()) // self.seconds}"
        try:
            return _count(key, self.seconds) > self.count
        except Exception:
            logger.exception("limit_not_counted", limit=self.name)
            return False


def network_of(request: HttpRequest) -> str:
    """The network that the request came from (/24, /56); empty when the server does not know."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    prefix = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def _count(key: str, seconds: int) -> int:
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        count = cache.incr(key)
    except ValueError:
        # The window ended between the two steps.
        return 1
    # Some caches give an incremented key their default time instead of its own.
    cache.touch(key, timeout=seconds)
    return count
