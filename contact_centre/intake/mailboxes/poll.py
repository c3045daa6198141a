"""Fetching one mailbox: what is not recorded is stored and committed, and only then put away.

The list of work is the difference between the mails of the folder and those that are recorded. It needs no mark on
the server, so that a person who opens the mailbox hides nothing, and it finds every gap whatever came between.
"""

import imaplib
import poplib
import time
from collections.abc import Callable, Collection, Sequence
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
from contact_centre.intake.mailboxes.folder import Folder, NotFetched, Outside
from contact_centre.intake.mailboxes.secrets import LoginRefused, TokenUnavailable
from contact_centre.intake.models import Mailbox, MailboxPoll, MailSource, RawChannel, RawMessage
from contact_centre.intake.store import Arrival

log = structlog.get_logger(__name__)
# A run ends before its task is killed; the next one goes on where it stopped.
RUN_SECONDS: Final = 120.0
# What goes by a session that ends in order alone is not risked for more than so many mails.
PER_SESSION: Final = 50
# What a server or a network may do to us, and a database or a disk that is away.
TROUBLE: Final = (
    OSError,
    imaplib.IMAP4.error,
    ImapToolsError,
    poplib.error_proto,
    TokenUnavailable,
    DatabaseError,
    NotFetched,
)
_OPEN: Final[dict[str, Callable[[Mailbox], AbstractContextManager[Folder]]]] = {
    MailSource.IMAP: imap.open_folder,
    MailSource.POP3: pop3.open_folder,
}


@dataclass(slots=True)
class Fetched:
    """What one run brought: the rows of the mails that it read, in their order, and those that could not be had.

    ``at_uid`` is the mail that it was at when it broke off, ``done`` are those it read, ``waiting`` how many it left.
    """

    rows: list[RawMessage] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    at_uid: str | None = None
    waiting: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class _Work:
    """What the mails of one run have in common."""

    folder: Folder
    mailbox: Mailbox
    place: str
    there: Sequence[str]
    recorded: Collection[str]


def poll(mailbox_id: int, *, on_stored: Callable[[RawMessage], object]) -> Fetched | None:
    """Fetch what is new, under the lease; ``on_stored`` is called for each mail once it is committed.

    None where another worker has the mailbox. What goes wrong is recorded and never raised.
    """
    held = progress.claim(mailbox_id, at=timezone.now())
    if held is None:
        return None
    fetched = Fetched()
    try:
        with _OPEN[held.mailbox.source](held.mailbox) as folder:
            _run(folder, held, fetched, on_stored)
        # Not before: a POP3 server deletes what we have when the session has ended.
        _finish(held, fetched)
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
    work = _work(folder, held.mailbox)
    if folder.empties:
        # Recorded by a run that ended before it could put them away.
        folder.put_away([uid for uid in work.there if uid in work.recorded])
    wanted = _wanted(work, held)
    outsides = folder.outsides(wanted)
    deadline = time.monotonic() + RUN_SECONDS
    for uid in (uid for uid in wanted if uid in outsides):
        if time.monotonic() > deadline or _should_end(folder, uid, held):
            fetched.is_cut = True
            break
        progress.renew(held, at=timezone.now())
        fetched.at_uid = uid
        try:
            row = _store(work, uid, outsides[uid])
        except NotFetched as error:
            log.warning("mail_not_fetched", mailbox=held.mailbox.code, uid=uid, error=str(error))
            fetched.missing.append(uid)
            fetched.at_uid = None
            continue
        fetched.rows.append(row)
        fetched.done.add(uid)
        on_stored(row)
        fetched.at_uid = None
        folder.put_away([uid])
    fetched.waiting = sum(uid not in work.recorded and uid not in fetched.done for uid in work.there)


def _work(folder: Folder, mailbox: Mailbox) -> _Work:
    place = f"{mailbox.pk}/{folder.place}"
    there = folder.uids()
    return _Work(folder, mailbox, place, there, progress.recorded(mailbox, place, there))


def _wanted(work: _Work, held: MailboxPoll) -> list[str]:
    """What shall be read, the oldest first: what is new and has room in this hour, then what must be read once more."""
    new = [uid for uid in work.there if uid not in work.recorded]
    room = _room(held.mailbox, timezone.now())
    return _in_order([*_in_order(new, held)[:room], *work.folder.doubtful(work.recorded)], held)


def _in_order(uids: list[str], held: MailboxPoll) -> list[str]:
    """As they came; those at which runs break off come last, so that they hold up no other."""
    last = progress.taken_last(held)
    return sorted(uids, key=lambda uid: last.index(uid) + 1 if uid in last else 0)


def _should_end(folder: Folder, uid: str, held: MailboxPoll) -> bool:
    """Whether what was put away should be safe first: a break would bring it all back, time and again."""
    return folder.at_stake >= PER_SESSION or (folder.at_stake > 0 and uid in progress.taken_last(held))


def _store(work: _Work, uid: str, outside: Outside) -> RawMessage:
    """The row of the mail, committed; of one that is too large its header alone."""
    is_too_large = outside.size > work.mailbox.max_bytes
    raw = work.folder.header(uid) if is_too_large else work.folder.mail(uid)
    name = work.folder.name(uid, raw, is_recorded=uid in work.recorded)
    source = MailSource(work.mailbox.source)
    return store.keep(
        raw,
        channel=RawChannel.MAIL,
        at=timezone.now(),
        arrival=Arrival(source, work.mailbox, work.place, name, came_at=outside.came_at),
        too_large=too_large.described(raw, outside.size) if is_too_large else None,
    )


def _finish(held: MailboxPoll, fetched: Fetched) -> None:
    # Other UIDs than those of IMAP do not rise.
    rising = [int(uid) for uid in fetched.done if uid.isdecimal()]
    progress.succeed(
        held,
        last_uid=max([held.last_uid, *rising]),
        waiting=fetched.waiting,
        is_more=fetched.is_cut or (fetched.waiting > len(fetched.missing) and bool(fetched.rows)),
        at=timezone.now(),
    )


def _room(mailbox: Mailbox, at: datetime) -> int:
    """How many mails the mailbox may still take in this hour."""
    return max(0, mailbox.max_per_hour - progress.arrived_since(mailbox, at - timedelta(hours=1)))
