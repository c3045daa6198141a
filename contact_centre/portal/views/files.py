"""A file of a case for the participant who may see it."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from cases.access import attachments_for_resident
from cases.models import CaseParticipant, ReadReason
from cases.services.privacy import log_reading
from contact_centre.portal.headers import for_participant
from contact_centre.web.sending import send_display


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
    return send_display(row)
