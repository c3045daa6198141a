"""Keeping what came in: the bytes on disk first, then the row, both safe before anything is read.

Bytes are compressed and named by the digest of what they hold, so keeping the same message again changes nothing.
"""

import gzip
import hashlib
import os
import zlib
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from contact_centre.intake.models import RawChannel, RawMessage

_COMPRESSION = 6


def keep(raw: bytes, *, channel: RawChannel, at: datetime) -> RawMessage:
    """The row of these bytes, new or known, committed. Raises OSError or DatabaseError when it is not safe."""
    digest = hashlib.sha256(raw).hexdigest()
    path = f"{digest[:2]}/{digest[2:4]}/{digest}.eml.gz"
    _write(storages["raw_mail"], path, raw)
    with transaction.atomic(durable=True):
        row, _ = RawMessage.objects.get_or_create(
            channel=channel, sha256=digest, defaults={"path": path, "size": len(raw), "received_at": at}
        )
    return row


def read(row: RawMessage) -> bytes:
    """The bytes as they came. Raises OSError when they cannot be read."""
    with storages["raw_mail"].open(row.path) as file:
        return gzip.decompress(file.read())


def _write(storage: Storage, path: str, raw: bytes) -> None:
    if not _holds(storage, path, raw):
        packed = gzip.compress(raw, compresslevel=_COMPRESSION, mtime=0)
        kept_as = storage.save(path, ContentFile(packed))
        if kept_as != path:
            # Somebody kept the same message at the same moment.
            storage.delete(kept_as)
    _sync(storage, path)


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
