"""Files that people send: what is accepted, and storing them under the name of their content.

Storing happens before the transaction that refers to the file, and storing twice changes nothing: a report
that failed half-way leaves at most bytes that nobody refers to (``cases.leftovers`` removes them).
"""

import hashlib
import io
import os
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import IO

import filetype
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from cases.models.attachment import Danger, Scan
from cases.pictures import BrokenPicture, Picture, PictureTooLarge, read_picture

PDF = "application/pdf"
# What is accepted: media type as sniffed -> extension and the format that Pillow knows it by.
_TYPES = {
    "image/jpeg": ("jpg", "JPEG"),
    "image/png": ("png", "PNG"),
    "image/webp": ("webp", "WEBP"),
    "image/gif": ("gif", "GIF"),
    PDF: ("pdf", ""),
}
ACCEPTED_TYPES = tuple(_TYPES)
# What a mail may bring besides, and may be saved under an ending that says what it is.
_NAMED_TYPES = {
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.text": "odt",
}
_NAME_LENGTH = 120
# So long a form may remember a file before it is sent for good.
FORM_SECONDS = 24 * 3600


class FileProblem(StrEnum):
    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    WRONG_TYPE = "WRONG_TYPE"
    BROKEN = "BROKEN"
    BOMB = "BOMB"


class BadFile(Exception):
    """The file cannot be accepted, and why."""

    def __init__(self, code: FileProblem) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies in storage. ``display_path`` is empty where there is no picture to show.

    What only a mail says of its files stands last; a file with a virus has no path, because it was not stored.
    """

    sha256: str
    original_path: str
    display_path: str
    name: str
    original_name: str
    media_type: str
    size: int
    taken_at: datetime | None = None
    taken_lat: float | None = None
    taken_lon: float | None = None
    declared_type: str = ""
    disposition: str = ""
    content_id: str = ""
    is_inline: bool = False
    summary: str = ""
    dangers: tuple[Danger, ...] = ()
    scan: Scan = Scan.NOT_SCANNED


def store_file(content: IO[bytes], *, original_name: str) -> StoredFile:
    """Check and keep one file: the original restricted, a clean copy of a picture. Raises BadFile."""
    data = _read(content)
    media_type = _sniffed(data)
    extension, image_format = _TYPES[media_type]
    picture = _picture(data, image_format) if image_format else None
    if media_type == PDF and b"%%EOF" not in data:
        raise BadFile(FileProblem.BROKEN)
    digest = hashlib.sha256(data).hexdigest()
    folder = f"{digest[:2]}/{digest[2:4]}/{digest}"
    original_path = f"{folder}.{extension}"
    display_path = f"{folder}.{picture.display_extension}" if picture else ""
    _keep(storages["originals"], original_path, data)
    if picture:
        _keep(storages["default"], display_path, picture.display)
    return StoredFile(
        sha256=digest,
        original_path=original_path,
        display_path=display_path,
        name=f"{'photo' if picture else 'document'}-{digest[:8]}.{extension}",
        original_name=_plain_name(original_name),
        media_type=media_type,
        size=len(data),
        taken_at=picture.taken_at if picture else None,
        taken_lat=picture.lat if picture else None,
        taken_lon=picture.lon if picture else None,
    )


def store_any_file(data: bytes, *, original_name: str, media_type: str) -> StoredFile:
    """Keep a file that nobody chose for us, such as one of a mail: whatever it is, it is only ever saved, not shown.

    A sound picture gets its clean copy as always. Raises BadFile for an empty one.
    """
    try:
        return store_file(io.BytesIO(data), original_name=original_name)
    except BadFile as problem:
        if problem.code is FileProblem.EMPTY:
            raise
    file = unkept_file(data, original_name=original_name, media_type=media_type)
    path = f"{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}.bin"
    _keep(storages["originals"], path, data)
    return replace(file, original_path=path)


def unkept_file(data: bytes, *, original_name: str, media_type: str) -> StoredFile:
    """What is to be known of a file whose bytes are not stored."""
    digest = hashlib.sha256(data).hexdigest()
    extension = _NAMED_TYPES.get(media_type, "bin")
    return StoredFile(
        sha256=digest,
        original_path="",
        display_path="",
        name=f"file-{digest[:8]}.{extension}",
        original_name=_plain_name(original_name),
        media_type=media_type[:100],
        size=len(data),
    )


def keep_longer(file: StoredFile) -> bool:
    """Count the age of a file that a form still remembers from now; False when it is no longer there."""
    try:
        _renew(storages["originals"], file.original_path)
        if file.display_path:
            _renew(storages["default"], file.display_path)
    except FileNotFoundError:
        return False
    return True


def open_original(path: str) -> IO[bytes]:
    """What was really sent, with its metadata: only for those who may read restricted files."""
    return storages["originals"].open(path)


def open_display(path: str) -> IO[bytes]:
    """The copy of a picture that may be shown."""
    return storages["default"].open(path)


def _read(content: IO[bytes]) -> bytes:
    content.seek(0)
    data: bytes = content.read(settings.UPLOAD_MAX_FILE_BYTES + 1)
    if not data:
        raise BadFile(FileProblem.EMPTY)
    if len(data) > settings.UPLOAD_MAX_FILE_BYTES:
        raise BadFile(FileProblem.TOO_LARGE)
    return data


def _sniffed(data: bytes) -> str:
    media_type = filetype.guess_mime(data)
    if media_type not in _TYPES:
        raise BadFile(FileProblem.WRONG_TYPE)
    return str(media_type)


def _picture(data: bytes, image_format: str) -> Picture:
    try:
        return read_picture(data, image_format=image_format)
    except PictureTooLarge as error:
        raise BadFile(FileProblem.BOMB) from error
    except BrokenPicture as error:
        raise BadFile(FileProblem.BROKEN) from error


def _keep(storage: Storage, path: str, data: bytes) -> None:
    if storage.exists(path):
        if storage.size(path) == len(data):
            _renew(storage, path)
            return
        # A process died while it wrote: the name promises the whole content.
        storage.delete(path)
    kept_as = storage.save(path, ContentFile(data))
    if kept_as != path:
        # Somebody stored the same content at the same moment.
        storage.delete(kept_as)


def _renew(storage: Storage, path: str) -> None:
    """Make the file as young as one stored now: its age says how long nobody has asked for it."""
    os.utime(storage.path(path))


def _plain_name(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    # Controls and bidirectional marks would let "gpj.exe" read as "exe.jpg".
    shown = "".join(c for c in base if unicodedata.category(c)[0] != "C").strip()
    return shown[:_NAME_LENGTH]
