"""Files of a case: clean copies of pictures for all who may see it, what was really sent for a few."""

from django.http import FileResponse, Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.access import attachments_for_staff, may_read_restricted_files
from cases.files import open_display, open_original
from cases.models import Attachment, ReadReason
from cases.services.privacy import log_reading
from contact_centre.desk.guard import DeskRequest, for_case_workers

_DISPLAY_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


@require_GET
@for_case_workers
def show_file(request: DeskRequest, attachment_id: int) -> HttpResponseBase:
    """A picture without its metadata; a document, which has no other form, as it was sent."""
    row = _get(request, attachment_id)
    if not row.display_path:
        return _original(request, row)
    stem, extension = row.name.rsplit(".", 1)[0], row.display_path.rsplit(".", 1)[-1]
    shown = open_display(row.display_path)
    response = FileResponse(shown, filename=f"{stem}.{extension}", content_type=_DISPLAY_TYPES[extension])
    return _sent(request, row, response, "display")


@require_GET
@for_case_workers
def show_original(request: DeskRequest, attachment_id: int) -> HttpResponseBase:
    """What was really sent, with the place and time a camera wrote into it."""
    row = _get(request, attachment_id)
    if not may_read_restricted_files(request.by):
        raise Http404(str(attachment_id))
    return _original(request, row)


def _get(request: DeskRequest, attachment_id: int) -> Attachment:
    row = attachments_for_staff(request.user).filter(pk=attachment_id).first()
    if row is None:
        raise Http404(str(attachment_id))
    return row


def _original(request: DeskRequest, row: Attachment) -> FileResponse:
    sent = open_original(row.original_path)
    response = FileResponse(sent, as_attachment=True, filename=row.name, content_type=row.media_type)
    return _sent(request, row, response, "original")


def _sent(request: DeskRequest, row: Attachment, response: FileResponse, form: str) -> FileResponse:
    log_reading(
        case_id=row.case_id,
        user=request.user,
        reason=ReadReason.FILE,
        at=timezone.now(),
        detail=f"{row.pk} {form}",
    )
    # Never anything that could run in our name, whatever the bytes are.
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
