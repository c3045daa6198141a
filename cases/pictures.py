"""Reading photos safely: whether one is whole, what its EXIF tells, and a copy that may be shown.

Takes and returns bytes; where they are kept is decided in ``cases.files``.
"""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import ExifTags, Image, ImageOps

MAX_PIXELS = 70_000_000
DISPLAY_PIXELS = 2000
_JPEG_QUALITY = 85
_OPAQUE = ("L", "RGB")
# A picture of the largest accepted size takes some 300 MB while it is decoded: never many at once.
_decoding = threading.BoundedSemaphore(2)


class BrokenPicture(Exception):
    """The bytes are not a whole picture of the expected format."""


class PictureTooLarge(Exception):
    """More pixels than anybody's camera takes: decoding it would fill the memory."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The copy for showing (upright, without metadata) and what the original tells about itself."""

    display: bytes
    display_extension: str
    taken_at: datetime | None
    lat: float | None
    lon: float | None


def read_picture(content: bytes, *, image_format: str) -> Picture:
    """Decode the picture completely; raises BrokenPicture or PictureTooLarge."""
    try:
        with _decoding, Image.open(BytesIO(content), formats=(image_format,)) as image:
            _check_size(image)
            taken_at, lat, lon = _exif_facts(image)
            display, extension = _display_copy(image)
    except (PictureTooLarge, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except Exception as error:
        # Pillow's readers let through whatever a damaged file leads them to (struct, zlib, index, value ...).
        raise BrokenPicture from error
    return Picture(display, extension, taken_at, lat, lon)


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise PictureTooLarge


def _display_copy(image: Image.Image) -> tuple[bytes, str]:
    image.draft("RGB", (DISPLAY_PIXELS, DISPLAY_PIXELS))
    is_lossless = image.format in ("PNG", "GIF")
    profile = image.info.get("icc_profile") if image.mode == "RGB" else None
    image.load()
    upright = ImageOps.exif_transpose(image)
    shown = upright.convert("RGBA") if upright.has_transparency_data else _opaque(upright)
    shown.thumbnail((DISPLAY_PIXELS, DISPLAY_PIXELS))
    # Comments and XMP travel in ``info`` from file to file.
    shown.info = {}
    out = BytesIO()
    if is_lossless or shown.mode == "RGBA":
        shown.save(out, "PNG", icc_profile=profile)
        return out.getvalue(), "png"
    shown.save(out, "JPEG", quality=_JPEG_QUALITY, progressive=True, icc_profile=profile)
    return out.getvalue(), "jpg"


def _opaque(image: Image.Image) -> Image.Image:
    return image if image.mode in _OPAQUE else image.convert("RGB")


def _exif_facts(image: Image.Image) -> tuple[datetime | None, float | None, float | None]:
    try:
        exif = image.getexif()
        taken_at = _taken_at(exif.get_ifd(ExifTags.IFD.Exif), exif)
        lat, lon = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except Exception:  # noqa: BLE001 - damaged metadata is no reason to refuse a good picture
        return None, None, None
    return taken_at, lat, lon


def _taken_at(details: Mapping[int, Any], exif: Mapping[int, Any]) -> datetime | None:
    written = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.strptime(written.strip(" \0"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - zone follows
    except ValueError:
        return None
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal, "")).strip(" \0")
    try:
        return (
            datetime.fromisoformat(f"{moment.isoformat()}{offset}") if offset else timezone.make_aware(moment)
        )
    except ValueError:
        return timezone.make_aware(moment)


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, "S", limit=90)
    lon = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, "W", limit=180)
    if lat is None or lon is None:
        return None, None
    return lat, lon


def _degrees(gps: Mapping[int, Any], tag: int, ref: int, negative: str, *, limit: int) -> float | None:
    parts = gps.get(tag)
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or abs(value) > limit:
        return None
    return round(-value if str(gps.get(ref, "")).startswith(negative) else value, 6)
