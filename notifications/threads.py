"""The mails of one participant about one case, ours and hers: what a mail program needs to show them as one thread.

Her mails are known to whoever takes them in; that room says here how to find their ids.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cases.models import CaseParticipant
from notifications.models import Notice, NoticeChannel, NoticeState

# When a mail came, and its Message-ID with or without brackets.
Inbound = Callable[[CaseParticipant], Iterable[tuple[datetime, str]]]
# Enough for every mail program to find the thread.
THREAD_LENGTH: Final = 20
# Longer headers stop some mail systems.
MAX_BYTES: Final = 30_000
_ID: Final = re.compile(r"<[!-;=?-~]{3,900}>", re.ASCII)

_sources: list[Inbound] = []


@dataclass(frozen=True, slots=True)
class Thread:
    """``parent`` is the mail that is answered; ``references`` are its ancestors and itself, the oldest first."""

    parent: str = ""
    references: tuple[str, ...] = ()


def register_inbound(source: Inbound) -> None:
    """Let a room that takes mails in name the mails of a participant; called once when it is ready."""
    if source not in _sources:
        _sources.append(source)


def thread_of(notice: Notice) -> Thread:
    """The thread that the notice continues: it answers the participant's last mail, else our own last one."""
    hers = sorted(_clean(pair for source in _sources for pair in source(notice.participant)))
    every = [message_id for _, message_id in sorted([*_ours(notice), *hers])]
    if not every:
        return Thread()
    parent = hers[-1][1] if hers else every[-1]
    chain = list(dict.fromkeys(one for one in every if one != parent))
    return Thread(parent, _capped([*chain, parent]))


def _ours(notice: Notice) -> list[tuple[datetime, str]]:
    sent = Notice.objects.filter(
        participant_id=notice.participant_id,
        channel=NoticeChannel.EMAIL,
        state=NoticeState.SENT,
        pk__lt=notice.pk,
    )
    rows = sent.order_by("id").values_list("created_at", "message_id")
    return list(_clean(rows))


def _clean(pairs: Iterable[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """With brackets, and without what could not stand in a header."""
    bracketed = ((at, f"<{text.strip().strip('<>')}>") for at, text in pairs)
    return [(at, text) for at, text in bracketed if _ID.fullmatch(text)]


def _capped(chain: Sequence[str]) -> tuple[str, ...]:
    """The first mail, by which programs name the thread, and as many of the last as fit."""
    if len(chain) > THREAD_LENGTH:
        chain = [chain[0], *chain[1 - THREAD_LENGTH :]]
    room = MAX_BYTES - len(chain[0])
    kept: list[str] = []
    for one in reversed(chain[1:]):
        room -= len(one) + 1
        if room < 0:
            break
        kept.append(one)
    return (chain[0], *reversed(kept))
