"""Asking the virus scanner, where the city has one: clamd, by its socket."""

import io
from typing import Final

import clamd
import structlog
from django.conf import settings

from cases.models.attachment import Scan

log = structlog.get_logger(__name__)
_SECONDS: Final = 30.0
_TCP: Final = "tcp://"


def scan(data: bytes) -> Scan:
    """What the scanner says; ``NOT_SCANNED`` where there is none, or it could not say. Never raises."""
    if not settings.CLAMD_SOCKET:
        return Scan.NOT_SCANNED
    try:
        answer = _scanner().instream(io.BytesIO(data)) or {}
    except (clamd.ClamdError, OSError, ValueError) as error:
        log.warning("virus_scan_failed", error=str(error)[:200])
        return Scan.NOT_SCANNED
    verdict, _name = answer.get("stream", ("", None))
    return {"FOUND": Scan.INFECTED, "OK": Scan.CLEAN}.get(verdict, Scan.NOT_SCANNED)


def _scanner() -> clamd.ClamdNetworkSocket:
    place = str(settings.CLAMD_SOCKET)
    if not place.startswith(_TCP):
        return clamd.ClamdUnixSocket(place, timeout=_SECONDS)
    host, _colon, port = place.removeprefix(_TCP).rpartition(":")
    return clamd.ClamdNetworkSocket(host, int(port), timeout=_SECONDS)
