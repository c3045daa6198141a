"""A file of a case on its way to a browser: never anything that could run in our name, whatever the bytes are."""

from django.http import FileResponse

from cases.files import ACCEPTED_TYPES, open_display, open_original
from cases.models import Attachment

_DISPLAY_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def send_display(row: Attachment) -> FileResponse:
    """A picture without its metadata; a document, which has no other form, as it was sent. Raises OSError."""
    if not row.display_path:
        return send_original(row)
    stem, extension = row.name.rsplit(".", 1)[0], row.display_path.rsplit(".", 1)[-1]
    shown = open_display(row.display_path)
    return _safe(FileResponse(shown, filename=f"{stem}.{extension}", content_type=_DISPLAY_TYPES[extension]))


def send_original(row: Attachment) -> FileResponse:
    """What was really sent, to be saved and not shown. Raises OSError."""
    sent = open_original(row.original_path)
    kind = row.media_type if row.media_type in ACCEPTED_TYPES else "application/octet-stream"
    return _safe(FileResponse(sent, as_attachment=True, filename=row.name, content_type=kind))


def _safe(response: FileResponse) -> FileResponse:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
