"""What the bytes of a file say it is, and whether opening it may do harm. Nothing is unpacked to the disk."""

import io
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Final

import filetype

from cases.models.attachment import Danger

UNKNOWN: Final = "application/octet-stream"
_ZIP: Final = "application/zip"
# Types by their first bytes that the library does not know, or knows by a name that says less.
_MAGIC: Final = (
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"\xca\xfe\xba\xbe", "application/java-vm"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (b"#!", "text/x-shellscript"),
    (b"ITSF", "application/vnd.ms-htmlhelp"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"PK\x03\x04", _ZIP),
)
# Programs and scripts, by what their bytes say ...
_EXECUTABLE_TYPES: Final = frozenset(
    {
        "application/x-msdownload", "application/x-executable", "application/java-vm",
        "application/x-mach-binary", "application/x-ms-shortcut", "text/x-shellscript",
        "application/vnd.ms-htmlhelp",
    }
)  # fmt: skip
# ... and in archives, and for scripts, that are mere text, by how their names end.
EXECUTABLE_ENDINGS: Final = frozenset(
    {
        "apk", "app", "appx", "bat", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "inf", "ins",
        "iso", "img", "jar", "js", "jse", "lnk", "mde", "msc", "msi", "msp", "ps1", "reg", "scr", "sct",
        "sh", "url", "vb", "vbe", "vbs", "vhd", "wsc", "wsf", "wsh", "xll",
    }
)  # fmt: skip
_MACRO_ENDINGS: Final = frozenset(
    {
        "docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "potm", "ppam", "ppsm", "sldm",
    }
)  # fmt: skip
_MACRO_MEMBERS: Final = ("vbaproject.bin", "xl/macrosheets/")
# In old Office files the storage of macros is named in two bytes a letter.
_OLE_MACROS: Final = ("_VBA_PROJECT".encode("utf-16-le"), "Macros".encode("utf-16-le"))
_OLE_BYTES: Final = 5_000_000
_MAX_MEMBERS: Final = 2000
_ENCRYPTED_BIT: Final = 0x1
_FIRST_BYTES: Final = 64
# The ways of packing of which no more is unpacked than is asked for.
_BOUNDED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE: Final = (
    zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, UnicodeError, RuntimeError,
)  # fmt: skip


def sniffed(data: bytes) -> str:
    """The media type by the bytes; ``application/octet-stream`` where they say nothing."""
    known = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    return known if known and known != _ZIP else str(filetype.guess_mime(data[:8192]) or known or UNKNOWN)


def dangers(
    data: bytes, name: str, kind: str, *, blocked: frozenset[str] = frozenset()
) -> tuple[Danger, ...]:
    """Why a person should not simply open it. ``blocked``: further endings and types that the city will not have."""
    found: set[Danger] = set()
    if kind in _EXECUTABLE_TYPES or _ending(name) in EXECUTABLE_ENDINGS:
        found.add(Danger.EXECUTABLE)
    if kind == "application/x-ole-storage" and any(mark in data[:_OLE_BYTES] for mark in _OLE_MACROS):
        found.add(Danger.MACRO)
    if _ending(name) in _MACRO_ENDINGS:
        found.add(Danger.MACRO)
    if kind in blocked or _ending(name) in blocked:
        found.add(Danger.BLOCKED)
    if data.startswith(b"PK\x03\x04"):
        found |= _in_archive(data, blocked)
    return tuple(sorted(found))


def _in_archive(data: bytes, blocked: frozenset[str]) -> set[Danger]:
    """By the table of contents and the first bytes of each member: one level deep, nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()[:_MAX_MEMBERS]
            kinds = {sniffed(_first_bytes(archive, member)) for member in members}
    except _UNREADABLE:
        return set()
    found: set[Danger] = {Danger.EXECUTABLE} if kinds & _EXECUTABLE_TYPES else set()
    if kinds & blocked:
        found.add(Danger.BLOCKED)
    for member in members:
        name = member.filename.lower()
        if member.flag_bits & _ENCRYPTED_BIT:
            found.add(Danger.ENCRYPTED_ARCHIVE)
        if any(mark in name for mark in _MACRO_MEMBERS) or _ending(name) in _MACRO_ENDINGS:
            found.add(Danger.MACRO)
        if _ending(name) in EXECUTABLE_ENDINGS:
            found.add(Danger.EXECUTABLE)
        if _ending(name) in blocked:
            found.add(Danger.BLOCKED)
    return found


def _first_bytes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """What a member begins with; nothing of one that is encrypted, or packed so that a few bytes may become many."""
    if member.flag_bits & _ENCRYPTED_BIT or member.compress_type not in _BOUNDED:
        return b""
    try:
        with archive.open(member) as file:
            return file.read(_FIRST_BYTES)
    except (*_UNREADABLE, zlib.error):
        return b""


def _ending(name: str) -> str:
    return PurePosixPath(name.strip().rstrip(". ").lower().replace("\\", "/")).suffix.removeprefix(".")
