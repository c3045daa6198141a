"""The original of a mail, byte for byte or as its page looked, for people of ours who may read restricted files."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.access import may_read_restricted_files, visible_cases
from cases.actors import staff
from cases.models import Message, ReadReason
from cases.services.privacy import log_reading
from contact_centre.intake import store
from contact_centre.intake.fates import raw_message_of
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.sanitise import sanitised
from contact_centre.intake.models import RawMessage
from routing.models import User

# Styles of the mail and pictures that stand in it, nothing else; no script, no form, no frame, no window.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)


@require_GET
@never_cache
@login_required
def send_original_mail(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail behind a message of a case, to be saved and not shown; what one may not see does not exist (404)."""
    assert isinstance(request.user, User), "the login is demanded above"
    raw, message = _read(request.user, message_id)
    response = HttpResponse(raw, content_type="application/octet-stream")
    name = f"{message.case.reference}-{message.pk}.eml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _safe(response, "default-src 'none'; sandbox")


@require_GET
@never_cache
@login_required
def show_as_sent(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail as its page looked: made safe, in a sandbox of its own, and without a question to anybody outside."""
    assert isinstance(request.user, User), "the login is demanded above"
    raw, message = _read(request.user, message_id)
    mail = parse(raw)
    context = {
        "case": message.case,
        "mail": mail,
        "page": sanitised(mail.html, mail.files) if mail.html else None,
        "is_too_large": bool(mail.html),
    }
    response = HttpResponse(render_to_string("intake/as_sent.html", context, request))
    response.headers["Referrer-Policy"] = "no-referrer"
    return _safe(response, _PAGE_POLICY)


def _safe(response: HttpResponse, policy: str) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _read(user: User, message_id: int) -> tuple[bytes, Message]:
    """The bytes of the mail behind a message; that they were read is logged."""
    row, message = _get(user, message_id)
    try:
        raw = store.read(row)
    except FileNotFoundError as error:
        raise Http404(str(message_id)) from error
    log_reading(
        case_id=message.case_id,
        user=user,
        reason=ReadReason.FILE,
        at=timezone.now(),
        detail=f"mail {row.pk}",
    )
    return raw, message


def _get(user: User, message_id: int) -> tuple[RawMessage, Message]:
    by = staff(user)
    messages = Message.objects.filter(pk=message_id, case__in=visible_cases(user, by)).select_related("case")
    message = messages.first() if may_read_restricted_files(by) else None
    row = raw_message_of(message) if message else None
    if message is None or row is None:
        raise Http404(str(message_id))
    return row, message
