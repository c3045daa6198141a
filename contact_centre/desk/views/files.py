"""Files of a case: clean copies of pictures for all who may see it, what was really sent for a few."""

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.access import attachments_for_staff, may_open, may_read_restricted_files
from cases.models import Attachment, ReadReason
from cases.services.privacy import log_reading
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.web.sending import send_display, send_original


@require_GET
@for_case_workers
def show_file(request: DeskRequest, attachment_id: int) -> HttpResponseBase:
    """A picture without its metadata; a document, which has no other form, as it was sent."""
    row = _get(request, attachment_id)
    if not may_open(request.by, row):
        raise Http404(str(attachment_id))
    _log(request, row, "display" if row.display_path else "original")
    return send_display(row)


@require_GET
@for_case_workers
def show_original(request: DeskRequest, attachment_id: int) -> HttpResponseBase:
    """What was really sent, with the place and time a camera wrote into it, where it is kept as evidence."""
    row = _get(request, attachment_id)
    if not (row.has_original and may_read_restricted_files(request.by)):
        raise Http404(str(attachment_id))
    _log(request, row, "original")
    return send_original(row)


def _get(request: DeskRequest, attachment_id: int) -> Attachment:
    row = attachments_for_staff(request.user).filter(pk=attachment_id).first()
    if row is None:
        raise Http404(str(attachment_id))
    return row


def _log(request: DeskRequest, row: Attachment, form: str) -> None:
    log_reading(
        case_id=row.case_id,
        user=request.user,
        reason=ReadReason.FILE,
        at=timezone.now(),
        detail=f"{row.pk} {form}",
    )
