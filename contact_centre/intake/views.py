"""The original of a mail, byte for byte, for people of ours who may read restricted files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.access import may_read_restricted_files, visible_cases
from cases.actors import staff
from cases.models import Message, ReadReason
from cases.services.privacy import log_reading
from contact_centre.intake import store
from contact_centre.intake.fates import raw_message_of
from contact_centre.intake.models import RawMessage
from routing.models import User


@require_GET
@never_cache
@login_required
def send_original_mail(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail behind a message of a case, to be saved and not shown; what one may not see does not exist (404)."""
    assert isinstance(request.user, User), "the login is demanded above"
    row, message = _get(request.user, message_id)
    try:
        raw = store.read(row)
    except FileNotFoundError as error:
        raise Http404(str(message_id)) from error
    log_reading(
        case_id=message.case_id,
        user=request.user,
        reason=ReadReason.FILE,
        at=timezone.now(),
        detail=f"mail {row.pk}",
    )
    response = HttpResponse(raw, content_type="message/rfc822")
    name = f"{message.case.reference}-{message.pk}.eml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _get(user: User, message_id: int) -> tuple[RawMessage, Message]:
    by = staff(user)
    messages = Message.objects.filter(pk=message_id, case__in=visible_cases(user, by)).select_related("case")
    message = messages.first() if may_read_restricted_files(by) else None
    row = raw_message_of(message) if message else None
    if message is None or row is None:
        raise Http404(str(message_id))
    return row, message
