"""Keeping what came in: the bytes on disk first, then the row, both safe before anything is read.

Bytes are compressed and named by the digest of what they hold, so keeping the same message again changes nothing.
"""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.db.models import Q

from cases.alone import committed_alone
from contact_centre.intake.models import (
    MailArrival,
    Mailbox,
    MailSource,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
)

_COMPRESSION = 6
_AS_GZIP = 16 + zlib.MAX_WBITS
_ENCODED = re.compile(rb"[A-Za-z0-9+/=\r\n]+")
_LOOKED_AT = 1000
_HEADER = 64 * 1024
_EMPTY_LINE = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_ID_LENGTH = 255
_MAX_RECIPIENTS = 100
_LONGEST_WAIT = timedelta(days=366)
_SAME_FOR = timedelta(days=30)
# Among the defects of a mail that was too large: its sender heard of it.
SENDER_TOLD = "sender_told"


@dataclass(frozen=True, slots=True)
class Arrival:
    """By which way a mail came. The same ``external_id`` at the same ``place`` is the same mail for ever; a source
    without ids of its own leaves it empty, and the digest of the bytes stands for it. ``came_at`` is when it reached
    the city, where the source knows: a term begins then, not when we fetch it.
    """

    source: MailSource
    mailbox: Mailbox | None = None
    place: str = ""
    external_id: str = ""
    recipients: Sequence[str] = ()
    came_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TooLarge:
    """What the header of a mail says that is larger than its mailbox takes, and its true size."""

    size: int
    sender: str
    subject: str
    message_id: str


def keep(
    raw: bytes,
    *,
    channel: RawChannel,
    at: datetime,
    arrival: Arrival | None = None,
    too_large: TooLarge | None = None,
    is_tried: bool = False,
    error: str = "",
) -> RawMessage:
    """The row of these bytes, new or known, committed. Raises OSError or DatabaseError when it is not safe.

    An arrival that is known gives the row that it brought the first time, whatever the bytes are today. Where the
    source has no names for its mails, the same bytes are another mail after 30 days. With ``too_large`` the bytes are
    a header alone, and the row waits in quarantine. ``is_tried``: whoever keeps them goes on to process them, and a
    new row counts that as its first attempt. With ``error`` nobody ever takes the row up but a person: it is FAILED.
    """
    known = _known(arrival) if arrival is not None else None
    if known is not None:
        return known
    digest = hashlib.sha256(raw).hexdigest()
    path = f"{digest[:2]}/{digest[2:4]}/{digest}.eml.gz"
    _write(storages["raw_mail"], path, raw)
    values = {
        "path": path,
        "size": len(raw),
        "received_at": _received_at(arrival, at),
        "attempts": int(is_tried),
        **_quarantined(too_large, at),
        **_failed(error, at),
    }
    try:
        # Nobody asks beforehand: nearly every mail is new.
        return _insert(RawMessage(channel=channel, sha256=digest, **values), arrival, at)
    except IntegrityError:
        with transaction.atomic(durable=True):
            row, _ = RawMessage.objects.get_or_create(channel=channel, sha256=digest, defaults=values)
            row = row if arrival is None else _arrive(row, arrival, at).raw
    if arrival is None or arrival.external_id or at < row.received_at + _SAME_FOR:
        return row
    # A program that says the same every month must be heard; a number and no time, so that a repeat changes nothing.
    again = b"X-Arrived-Again: %d\r\n" % ((at - row.received_at) // _SAME_FOR)
    return keep(
        again + raw,
        channel=channel,
        at=at,
        arrival=arrival,
        too_large=too_large,
        is_tried=is_tried,
        error=error,
    )


def _received_at(arrival: Arrival | None, at: datetime) -> datetime:
    """What the source says, within reason: never later than now, and no clock is a year late."""
    came_at = arrival.came_at if arrival is not None else None
    return came_at if came_at is not None and at - _LONGEST_WAIT < came_at < at else at


def note_mailbox(row: RawMessage, mailbox: Mailbox) -> None:
    """Remember for which mailbox the mail is, where its arrival did not tell, in the caller's transaction. Safe to
    repeat."""
    arrivals = MailArrival.objects.filter(raw=row)
    told = set() if row.is_new else set(arrivals.values_list("mailbox_id", flat=True))
    if not told:
        arrival = Arrival(MailSource.PIPE, mailbox)
        found = MailArrival(**_name(row, arrival), **_facts(row, arrival, row.received_at))
        # Whoever is doing the same at this moment notes the same.
        MailArrival.objects.bulk_create([found], ignore_conflicts=True)
    elif told == {None}:
        arrivals.update(mailbox=mailbox)


def _insert(row: RawMessage, arrival: Arrival | None, at: datetime) -> RawMessage:
    if arrival is None:
        with committed_alone():
            row.save(force_insert=True)
        row.is_new = True
        return row
    with transaction.atomic(durable=True):
        row.save(force_insert=True)
        MailArrival.objects.create(**_name(row, arrival), **_facts(row, arrival, at))
    return row


@transaction.atomic(durable=True)
def begin_telling(row: RawMessage, *, until: datetime, at: datetime) -> bool:
    """Take it upon oneself to tell the sender that the mail was too large; False when that is done or being done."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    return bool(RawMessage.objects.filter(free, pk=row.pk, told_at=None).update(lease_until=until))


@transaction.atomic(durable=True)
def end_telling(row: RawMessage, *, is_told: bool, at: datetime) -> None:
    """Note that nobody need be told any more, and whether somebody was."""
    defects = [*row.defects, *([SENDER_TOLD] if is_told else [])]
    RawMessage.objects.filter(pk=row.pk).update(told_at=at, lease_until=None, defects=defects)


def _known(arrival: Arrival) -> RawMessage | None:
    if not arrival.external_id:
        return None
    rows = MailArrival.objects.filter(source=arrival.source, place=arrival.place)
    found = rows.filter(external_id=arrival.external_id[:_ID_LENGTH]).select_related("raw").first()
    return found.raw if found else None


def _arrive(row: RawMessage, arrival: Arrival, at: datetime) -> MailArrival:
    name = _name(row, arrival)
    try:
        with transaction.atomic():
            return MailArrival.objects.create(**name, **_facts(row, arrival, at))
    except IntegrityError:
        return MailArrival.objects.select_related("raw").get(**name)


def _name(row: RawMessage, arrival: Arrival) -> dict[str, Any]:
    """What names the arrival for ever."""
    return {
        "source": arrival.source,
        "place": arrival.place,
        "external_id": (arrival.external_id or row.sha256)[:_ID_LENGTH],
    }


def _facts(row: RawMessage, arrival: Arrival, at: datetime) -> dict[str, Any]:
    recipients = list(arrival.recipients)[:_MAX_RECIPIENTS]
    return {"raw": row, "mailbox": arrival.mailbox, "recipients": recipients, "arrived_at": at}


def _quarantined(too_large: TooLarge | None, at: datetime) -> dict[str, Any]:
    if too_large is None:
        return {}
    return {
        "size": too_large.size,
        "state": RawState.QUARANTINED,
        "reason": Reason.TOO_LARGE,
        "settled_at": at,
        "sender": too_large.sender,
        "subject": too_large.subject[:255],
        "message_id": too_large.message_id[:255],
    }


def _failed(error: str, at: datetime) -> dict[str, Any]:
    if not error:
        return {}
    return {"state": RawState.FAILED, "reason": Reason.ERROR, "error": error, "settled_at": at}


def read(row: RawMessage) -> bytes:
    """The bytes as they came. Raises OSError when they cannot be read."""
    with storages["raw_mail"].open(row.path) as file:
        return gzip.decompress(file.read())


def read_header(row: RawMessage) -> bytes:
    """The header alone, as far as it lies in the first bytes. Raises OSError when they cannot be read."""
    with storages["raw_mail"].open(row.path) as file:
        packed = file.read(_HEADER)
    try:
        return header_of(zlib.decompressobj(_AS_GZIP).decompress(packed, _HEADER))
    except zlib.error as error:
        raise OSError(row.path) from error


def header_of(raw: bytes) -> bytes:
    """The bytes before the first empty line."""
    return _EMPTY_LINE.split(raw, maxsplit=1)[0]


def readable(row: RawMessage) -> bytes:
    """What of the mail may be read outside a worker that can be killed: of one that ended workers, its header alone.

    Raises OSError.
    """
    raw = read(row)
    return header_of(raw) if row.deaths else raw


def _write(storage: Storage, path: str, raw: bytes) -> None:
    if not _holds(storage, path, raw):
        kept_as = storage.save(path, ContentFile(_packed(raw)))
        if kept_as != path:
            # Somebody kept the same message at the same moment.
            storage.delete(kept_as)
    _sync(storage, path)


def _packed(raw: bytes) -> bytes:
    """As a gzip file. In what a file became in base64 no words repeat: coding its letters alone makes it as small, in a
    fifth of the time."""
    middle = len(raw) // 2
    is_encoded = _ENCODED.fullmatch(raw, middle, middle + _LOOKED_AT) is not None
    strategy = zlib.Z_RLE if is_encoded else zlib.Z_DEFAULT_STRATEGY
    packer = zlib.compressobj(_COMPRESSION, zlib.DEFLATED, _AS_GZIP, strategy=strategy)
    return packer.compress(raw) + packer.flush()


def _holds(storage: Storage, path: str, raw: bytes) -> bool:
    if not storage.exists(path):
        return False
    try:
        with storage.open(path) as file:
            if gzip.decompress(file.read()) == raw:
                return True
    except (EOFError, gzip.BadGzipFile, zlib.error):
        pass
    # A process died while it wrote: the name promises the whole message.
    storage.delete(path)
    return False


def _sync(storage: Storage, path: str) -> None:
    """Make file and folders survive a loss of power; a store that is not a disk answers when it has the bytes."""
    try:
        file, root = Path(storage.path(path)), Path(storage.path(""))
    except NotImplementedError:
        return
    for name in (file, *file.parents):
        handle = os.open(name, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if name == root:
            return
