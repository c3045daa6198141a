"""What people send: real pictures are kept and cleaned, everything else is refused by name."""

import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

import pytest
from django.core.files.storage import storages
from PIL import ExifTags, Image

from cases.files import BadFile, FileProblem, StoredFile, open_display, open_original, store_file

_COLOURS: dict[str, str | tuple[int, ...]] = {"RGB": "red", "RGBA": (200, 30, 30, 90)}
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path: Path) -> None:
    places = {
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / name},
        }
        for name in ("default", "originals")
    }
    settings.STORAGES = settings.STORAGES | places


def picture(image_format: str, size=(60, 40), mode="RGB", **options) -> bytes:
    out = BytesIO()
    Image.new(mode, size, color=_COLOURS.get(mode, 0)).save(out, image_format, **options)
    return out.getvalue()


def photo_with_exif(orientation=6) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Camera of Ana"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:03:04 10:20:30"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (52.0, 13.0, 23.5)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (18.0, 15.0, 3.0)
    return picture("JPEG", exif=exif, comment=b"home of Ana")


def read(opened: IO[bytes]) -> bytes:
    with opened as content:
        return content.read()


def shown_picture(stored: StoredFile) -> Image.Image:
    image = Image.open(BytesIO(read(open_display(stored.display_path))))
    image.load()
    return image


def store(data: bytes, name="photo.jpg") -> StoredFile:
    return store_file(BytesIO(data), original_name=name)


@pytest.mark.parametrize(
    ("image_format", "media_type", "shown_as"),
    [
        ("JPEG", "image/jpeg", "JPEG"),
        ("PNG", "image/png", "PNG"),
        ("WEBP", "image/webp", "JPEG"),
        ("GIF", "image/gif", "PNG"),
    ],
)
def test_a_picture_is_kept_as_sent_and_copied_for_showing(image_format, media_type, shown_as):
    data = picture(image_format)

    stored = store(data, "anything.exe")

    assert (stored.media_type, stored.size) == (media_type, len(data))
    assert stored.original_path.startswith(f"{stored.sha256[:2]}/{stored.sha256[2:4]}/{stored.sha256}.")
    assert read(open_original(stored.original_path)) == data
    shown = shown_picture(stored)
    assert (shown.format, shown.size) == (shown_as, (60, 40))


def test_the_type_comes_from_the_content_not_from_the_name():
    stored = store(picture("PNG"), "C:\\Users\\ana\\scan\u202egpj.exe")
    assert stored.media_type == "image/png"
    assert stored.name == f"photo-{stored.sha256[:8]}.png"
    assert stored.original_name == "scangpj.exe"


def test_exif_is_read_and_does_not_reach_the_copy():
    stored = store(photo_with_exif())

    assert stored.taken_at == datetime(2026, 3, 4, 9, 20, 30, tzinfo=UTC)
    assert (stored.taken_lat, stored.taken_lon) == (52.223194, 18.250833)
    copy = read(open_display(stored.display_path))
    assert b"Exif" not in copy
    assert b"Ana" not in copy
    shown = shown_picture(stored)
    assert dict(shown.getexif()) == {}
    assert shown.size == (40, 60), "turned upright as the camera says"


def test_a_picture_with_nonsense_in_its_exif_is_a_good_picture():
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "yesterday"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLongitude] = (999.0, 0.0, 0.0), (1.0, 1.0, 1.0)

    stored = store(picture("JPEG", exif=exif))

    assert (stored.taken_at, stored.taken_lat, stored.taken_lon) == (None, None, None)


def test_a_large_photo_is_shown_smaller():
    stored = store(picture("JPEG", size=(4200, 3000)))
    assert shown_picture(stored).size == (2000, 1429)


@pytest.mark.parametrize(
    ("image_format", "mode", "shown_as"),
    [("PNG", "RGBA", "PNG"), ("WEBP", "RGBA", "PNG"), ("JPEG", "CMYK", "JPEG"), ("PNG", "I;16", "PNG")],
)
def test_unusual_colour_modes_can_be_shown(image_format, mode, shown_as):
    stored = store(picture(image_format, mode=mode))
    assert shown_picture(stored).format == shown_as


def test_a_pdf_is_kept_and_has_no_picture():
    stored = store(PDF, "letter.pdf")
    assert (stored.media_type, stored.display_path) == ("application/pdf", "")
    assert stored.name == f"document-{stored.sha256[:8]}.pdf"


def test_storing_twice_keeps_one_file():
    first, second = store(photo_with_exif()), store(photo_with_exif())
    folder = first.original_path.rsplit("/", 1)[0]
    assert first == second
    assert len(storages["originals"].listdir(folder)[1]) == 1
    assert len(storages["default"].listdir(folder)[1]) == 1


def test_a_file_that_was_written_in_half_is_written_again():
    data = picture("PNG", size=(300, 300))
    stored = store(data)
    with Path(storages["originals"].path(stored.original_path)).open("wb") as half:
        half.write(data[:20])

    store(data)

    assert read(open_original(stored.original_path)) == data


def _svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _bmp() -> bytes:
    return picture("BMP")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", FileProblem.EMPTY),
        (b"only words", FileProblem.WRONG_TYPE),
        (b"<html><script>alert(1)</script>", FileProblem.WRONG_TYPE),
        (_svg(), FileProblem.WRONG_TYPE),
        (_bmp(), FileProblem.WRONG_TYPE),
        (b"MZ" + 100 * b"\0", FileProblem.WRONG_TYPE),
        (b"PK\x03\x04" + 100 * b"\0", FileProblem.WRONG_TYPE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + 100 * b"\0", FileProblem.WRONG_TYPE),
        (b"\xff\xd8\xff\xe0" + 50 * b"x", FileProblem.BROKEN),
        (picture("JPEG", size=(400, 400))[:-900], FileProblem.BROKEN),
        (picture("PNG", size=(400, 400))[:300], FileProblem.BROKEN),
        (picture("GIF", size=(400, 400))[:200], FileProblem.BROKEN),
        (PDF[:30], FileProblem.BROKEN),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(data, code):
    with pytest.raises(BadFile) as refused:
        store(data)
    assert refused.value.code == code


@pytest.mark.parametrize("size", [(9000, 9000), (12000, 12000), (60000, 60000)])
def test_a_decompression_bomb_is_refused(size):
    header = picture("PNG", size=(10, 10))
    width, height = (n.to_bytes(4, "big") for n in size)
    start = header[:16] + width + height + header[24:29]
    crc = zlib_crc(start[12:29])
    with pytest.raises(BadFile) as refused:
        store(start + crc + header[33:])
    assert refused.value.code == FileProblem.BOMB


def zlib_crc(chunk: bytes) -> bytes:
    return zlib.crc32(chunk).to_bytes(4, "big")


def test_a_file_over_the_limit_is_refused(settings):
    settings.UPLOAD_MAX_FILE_BYTES = 1000
    with pytest.raises(BadFile) as refused:
        store(picture("PNG") + 1000 * b"\0")
    assert refused.value.code == FileProblem.TOO_LARGE
