"""winmail.dat: the files and the text that Outlook packed for itself. What cannot be unpacked stays one file."""

import logging
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from tnefparse import TNEF, mapi

from contact_centre.intake.mail import charset

TYPES: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
MAGIC: Final = b"\x78\x9f\x3e\x22"
_MAX_BYTES: Final = 25 * 1024 * 1024
_MAX_OBJECTS: Final = 2000
_MAX_FILES: Final = 100
# The library copies what is left for every object: this bounds the copying.
_MAX_COPIED: Final = 2_000_000_000
_MAX_UNPACKED: Final = 40 * 1024 * 1024
_HEADER: Final = 6
_OBJECT: Final = 11

_MAX_PROPERTIES: Final = 50_000
_budget = threading.local()


def _bounded(count: int) -> Iterator[int]:
    """The numbers up to a count that a file names itself, as long as there is anything left to spend."""
    for number in range(count):
        _budget.left -= 1
        if _budget.left < 0:
            raise OverflowError
        yield number


# The library counts to whatever a file says, up to four thousand million properties that are not there.
mapi.range = _bounded
# It logs what is wrong with a file as errors of ours.
logging.getLogger("tnefparse").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files by name, and the text (HTML where ``is_html``)."""

    files: tuple[tuple[str, bytes], ...] = ()
    text: str = ""
    is_html: bool = False


def unpacked(data: bytes) -> Unpacked | None:
    """What is inside; None for what is no TNEF, is cut short, or is too much. Never raises."""
    if not data.startswith(MAGIC) or len(data) > _MAX_BYTES or not _is_bounded(data):
        return None
    _budget.left = _MAX_PROPERTIES
    try:
        packed = TNEF(data, do_checksum=False)
        files = tuple(_file(one) for one in packed.attachments[:_MAX_FILES] if one.data)
        body = packed.htmlbody or packed.body
        is_html = bool(packed.htmlbody)
    except Exception:  # noqa: BLE001 - the library raises whatever its struct and codecs raise
        return None
    if sum(len(inner) for _, inner in files) > _MAX_UNPACKED:
        return None
    return Unpacked(files, _text(body), is_html)


def _is_bounded(data: bytes) -> bool:
    """Whether the objects are few enough and the last one ends where the file ends."""
    position, count, copied = _HEADER, 0, 0
    while position + _OBJECT <= len(data):
        length = struct.unpack_from("<I", data, position + 5)[0] + _OBJECT
        copied += len(data) - position
        position, count = position + length, count + 1
        if count > _MAX_OBJECTS or copied > _MAX_COPIED:
            return False
    return bool(count) and position <= len(data)


def _file(one: Any) -> tuple[str, bytes]:
    try:
        name = one.long_filename()
    except UnicodeDecodeError:
        name = one._name
    shown = charset.decode(name)[0] if isinstance(name, bytes) else str(name)
    return shown.strip("\0 "), bytes(one.data)


def _text(body: Any) -> str:
    if isinstance(body, bytes):
        body = charset.decode(body)[0]
    return str(body or "").strip("\0 \r\n")
