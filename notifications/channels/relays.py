"""The mail systems that take our mail: which one is asked, how often in a minute, and who steps in when it is away.

What the workers know of a relay (how much it got in this minute, whether it rests) lies in the cache, which all of
them share. A cache that is away holds no mail back.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels.base import NotNow
from notifications.channels.rates import next_minute, take

log = structlog.get_logger(__name__)
# So long a relay that did not answer is left alone, where there is another.
REST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Relay:
    """One way out, the first or the second; ``per_minute`` 0 means as many as there are."""

    number: int
    backend: str
    per_minute: int
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For a person: what kind it is, and where."""
        kind = self.backend.split(".")[-2]
        host = self.options.get("host", settings.EMAIL_HOST) if kind == "smtp" else ""
        return f"{kind} {host}".strip()

    @property
    def keeps_envelope(self) -> bool:
        """Whether returned mail comes to the envelope sender; a provider keeps it and tells by webhook."""
        return settings.EMAIL_VERP and not self.backend.startswith("anymail.")

    def connect(self) -> BaseEmailBackend:
        return get_connection(self.backend, **self.options)


def relays() -> list[Relay]:
    """The relay of ``EMAIL_URL``, then that of ``EMAIL_SECOND_URL`` if there is one."""
    found = [Relay(1, settings.EMAIL_BACKEND, settings.EMAIL_PER_MINUTE)]
    if settings.EMAIL_SECOND:
        second = settings.EMAIL_SECOND
        found.append(Relay(2, second["BACKEND"], settings.EMAIL_SECOND_PER_MINUTE, second["OPTIONS"]))
    return found


def choose(priority: int, attempts: int, *, at: datetime) -> Relay:
    """The relay for one mail, counted as used: the first that does not rest and may take one more in this minute; by
    turns when all rest.

    Raises NotNow when there is none.
    """
    found = relays()
    awake = [relay for relay in found if not _rests(relay, at)]
    asked = awake or [found[max(attempts - 1, 0) % len(found)]]
    for relay in asked:
        if take(str(relay.number), relay.per_minute, priority, at=at):
            return relay
    raise NotNow(next_minute(at))


def let_rest(relay: Relay, *, at: datetime) -> None:
    """The relay did not answer or could not work: for a while the other one is asked first."""
    log.warning("relay_rests", relay=relay.name)
    with suppress(Exception):
        cache.set(_key("rests", relay), (at + REST).timestamp(), timeout=int(REST.total_seconds()))


def _rests(relay: Relay, at: datetime) -> bool:
    try:
        return float(cache.get(_key("rests", relay), 0)) > at.timestamp()
    except Exception:
        log.exception("relay_state_unknown", relay=relay.name)
        return False


def _key(what: str, relay: Relay) -> str:
    return f"relay:{what}:{relay.number}"
