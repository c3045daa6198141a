"""A file of a case for the participant who may see it."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from cases.access import attachments_for_resident
from cases.files import open_display, open_original
from cases.models import CaseParticipant, ReadReason
from cases.services.privacy import log_reading
from contact_centre.portal.headers import for_participant

_DISPLAY_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


@for_participant
def show_file(
    request: HttpRequest, participant: CaseParticipant, file_id: int, name: str
) -> HttpResponseBase:
    """A picture as its clean copy; a document as it was sent, to be saved. Never anything that could run."""
    row = attachments_for_resident(participant).filter(pk=file_id, name=name).first()
    if row is None:
        raise Http404
    log_reading(
        case_id=row.case_id,
        participant=participant,
        reason=ReadReason.FILE,
        at=timezone.now(),
        detail=str(row.pk),
    )
    stem = row.name.rsplit(".", 1)[0]
    if row.display_path:
        extension = row.display_path.rsplit(".", 1)[-1]
        shown = open_display(row.display_path)
        response = FileResponse(shown, filename=f"{stem}.{extension}", content_type=_DISPLAY_TYPES[extension])
    else:
        sent = open_original(row.original_path)
        response = FileResponse(sent, as_attachment=True, filename=row.name, content_type=row.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
