"""Fetching one mailbox: what is not recorded is stored and committed, and only then put away.

The list of work is the difference between the mails of the folder and those that are recorded. It needs no mark on
the server, so that a person who opens the mailbox hides nothing, and it finds every gap whatever came between.
"""

import imaplib
import poplib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError
from django.utils import timezone
from imap_tools.errors import ImapToolsError

from contact_centre.intake import store, too_large
from contact_centre.intake.mailboxes import imap, pop3, progress
from contact_centre.intake.mailboxes.folder import Folder, NotFetched, Outside, Uid
from contact_centre.intake.mailboxes.secrets import LoginRefused, TokenUnavailable
from contact_centre.intake.models import Mailbox, MailboxPoll, MailSource, RawChannel, RawMessage
from contact_centre.intake.store import Arrival

log = structlog.get_logger(__name__)
# A run ends before its task is killed; the next one goes on where it stopped.
RUN_SECONDS: Final = 120.0
# What a server or a network may do to us, and a database or a disk that is away.
TROUBLE: Final = (
    OSError,
    imaplib.IMAP4.error,
    poplib.error_proto,
    ImapToolsError,
    TokenUnavailable,
    DatabaseError,
    NotFetched,
)
_OPEN: Final[Mapping[MailSource, Callable[[Mailbox], AbstractContextManager[Folder]]]] = {
    MailSource.IMAP: imap.open_folder,
    MailSource.POP3: pop3.open_folder,
}


@dataclass(slots=True)
class Fetched:
    """What one run brought: rows in the order of the folder, and the mails that could not be had.

    ``recorded`` are the mails that need not be fetched any more, ``at_uid`` the one that it was at when it broke off.
    """

    rows: list[RawMessage] = field(default_factory=list)
    missing: list[Uid] = field(default_factory=list)
    recorded: set[Uid] = field(default_factory=set)
    at_uid: Uid | None = None


def poll(mailbox_id: int, *, on_stored: Callable[[RawMessage], object]) -> Fetched | None:
    """Fetch what is new, under the lease; ``on_stored`` is called for each mail once it is committed.

    None where another worker has the mailbox. What goes wrong is recorded and never raised.
    """
    held = progress.claim(mailbox_id, at=timezone.now())
    if held is None:
        return None
    fetched = Fetched()
    try:
        with _OPEN[MailSource(held.mailbox.source)](held.mailbox) as folder:
            _run(folder, held, fetched, on_stored)
    except progress.LeaseLost:
        log.warning("mailbox_lease_lost", mailbox=held.mailbox.code)
    except LoginRefused as error:
        progress.stop(held, error=str(error), at=timezone.now())
    except TROUBLE as error:
        progress.fail(
            held, error=f"{type(error).__name__}: {error}", at_uid=fetched.at_uid, at=timezone.now()
        )
    return fetched


def _run(
    folder: Folder, held: MailboxPoll, fetched: Fetched, on_stored: Callable[[RawMessage], object]
) -> None:
    progress.enter_folder(held, folder.uid_validity)
    source, place = MailSource(held.mailbox.source), f"{held.mailbox_id}/{folder.place}"
    there = folder.uids()
    fetched.recorded = folder.recorded(progress.recorded_names(source, place))
    if folder.empties:
        # Recorded by a run that ended before it could put them away.
        folder.put_away([uid for uid in there if uid in fetched.recorded])
    wanted = _in_order([uid for uid in there if uid not in fetched.recorded], held)
    room = _room(held.mailbox, timezone.now())
    outsides = folder.outsides(wanted[:room])
    deadline = time.monotonic() + RUN_SECONDS
    for uid in (uid for uid in wanted if uid in outsides):
        if time.monotonic() > deadline:
            break
        progress.renew(held, at=timezone.now())
        fetched.at_uid = uid
        try:
            row = _store(folder, held.mailbox, place, uid, outsides[uid])
        except NotFetched as error:
            log.warning("mail_not_fetched", mailbox=held.mailbox.code, uid=uid, error=str(error))
            fetched.missing.append(uid)
            fetched.at_uid = None
            continue
        fetched.rows.append(row)
        fetched.recorded.add(uid)
        on_stored(row)
        fetched.at_uid = None
        folder.put_away([uid])
    fetched.at_uid = None
    _finish(held, there, fetched, is_cut=len(outsides) > len(fetched.rows) + len(fetched.missing))


def _in_order(uids: list[Uid], held: MailboxPoll) -> list[Uid]:
    """As they lie there; those at which runs break off come last, so that they hold up no other."""
    last = progress.taken_last(held)
    return sorted(uids, key=lambda uid: last.index(uid) + 1 if uid in last else 0)


def _store(folder: Folder, mailbox: Mailbox, place: str, uid: Uid, outside: Outside) -> RawMessage:
    """The row of the mail, committed; of one that is too large its header alone."""
    is_too_large = outside.size > mailbox.max_bytes
    raw = folder.header(uid) if is_too_large else folder.mail(uid)
    arrival = Arrival(
        MailSource(mailbox.source), mailbox, place, folder.name(uid, raw), came_at=outside.came_at
    )
    return store.keep(
        raw,
        channel=RawChannel.MAIL,
        at=timezone.now(),
        arrival=arrival,
        too_large=too_large.described(raw, outside.size) if is_too_large else None,
    )


def _finish(held: MailboxPoll, there: list[Uid], fetched: Fetched, *, is_cut: bool) -> None:
    waiting = [uid for uid in there if uid not in fetched.recorded]
    progress.succeed(
        held,
        last_uid=max((uid for uid in fetched.recorded if isinstance(uid, int)), default=0),
        waiting=len(waiting),
        is_more=is_cut or (len(waiting) > len(fetched.missing) and bool(fetched.rows)),
        at=timezone.now(),
    )


def _room(mailbox: Mailbox, at: datetime) -> int:
    """How many mails the mailbox may still take in this hour."""
    return max(0, mailbox.max_per_hour - progress.arrived_since(mailbox, at - timedelta(hours=1)))
