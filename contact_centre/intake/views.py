"""Pages about mails: the original, as bytes or as a page, and what waits beside a case for a person's word."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.access import NoAccess, get_case_for_staff, may_read_restricted_files, visible_cases
from cases.actors import staff
from cases.models import Case, Message, ReadReason
from cases.services._steps import Refused
from cases.services.intake import EmptyReport
from cases.services.privacy import log_reading
from cases.states import DESK
from contact_centre.intake import store
from contact_centre.intake.fates import raw_message_of
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.sanitise import sanitised
from contact_centre.intake.models import RawMessage
from contact_centre.intake.opening import UNVERIFIED
from contact_centre.intake.waiting import attach_to_case, open_own_case, waiting_beside
from notifications.links import without_reply_marks
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
    return safe(response, "default-src 'none'; sandbox")


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
        "page": sanitised(without_reply_marks(mail.html), mail.files) if mail.html else None,
        "is_too_large": bool(mail.html),
    }
    response = HttpResponse(render_to_string("intake/as_sent.html", context, request))
    response.headers["Referrer-Policy"] = "no-referrer"
    return safe(response, _PAGE_POLICY)


def safe(response: HttpResponse, policy: str) -> HttpResponse:
    """The answer with what keeps a browser from keeping, running or guessing it."""
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


@require_GET
@never_cache
@login_required
def show_waiting(request: HttpRequest, reference: str) -> HttpResponse:
    """The mails of strangers that wait beside a case, for whoever may see the case and decide over mails."""
    assert isinstance(request.user, User), "the login is demanded above"
    case = _case(request.user, reference)
    log_reading(case_id=case.pk, user=request.user, reason=ReadReason.CASE_PAGE, at=timezone.now())
    return render(
        request, "intake/waiting.html", {"case": case, "mails": [*map(_shown, waiting_beside(case))]}
    )


@require_POST
@login_required
def decide(request: HttpRequest, reference: str, raw_id: int) -> HttpResponse:
    """Add a waiting mail to the case, or make it a case of its own."""
    assert isinstance(request.user, User), "the login is demanded above"
    case, by = _case(request.user, reference), staff(request.user)
    if raw_id not in {row.pk for row in waiting_beside(case)}:
        messages.warning(request, _("Somebody has decided over this mail already."))
        return redirect("desk:case", case.reference)
    at = timezone.now()
    try:
        if request.POST.get("decision") == "join":
            is_told = request.POST.get("is_told") == "on"
            attach_to_case(raw_id=raw_id, case_id=case.pk, is_told=is_told, by=by, at=at)
            messages.success(request, _("The mail was added to the case."))
        else:
            apart = open_own_case(raw_id=raw_id, by=by, at=at)
            messages.success(
                request, _("The mail is a case of its own now: %(reference)s") % {"reference": apart}
            )
    except (Refused, EmptyReport):
        messages.error(request, _("This is not possible with this case or this mail."))
    return redirect("desk:case", case.reference)


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail as the page of decision shows it."""

    pk: int
    sender: str
    subject: str
    text: str
    received_at: datetime
    file_names: tuple[str, ...]
    is_unverified: bool


def _shown(row: RawMessage) -> WaitingMail:
    mail = parse(store.read(row))
    names = tuple(file.name or file.media_type for file in mail.files)
    return WaitingMail(
        row.pk, row.sender, row.subject, mail.text, row.received_at, names, UNVERIFIED in row.defects
    )


def _case(user: User, reference: str) -> Case:
    try:
        case = get_case_for_staff(user, reference)
    except NoAccess as error:
        raise Http404(reference) from error
    if staff(user).role not in DESK:
        raise Http404(reference)
    return case


def _get(user: User, message_id: int) -> tuple[RawMessage, Message]:
    by = staff(user)
    found = Message.objects.filter(pk=message_id, case__in=visible_cases(user, by)).select_related("case")
    message = found.first() if may_read_restricted_files(by) else None
    row = raw_message_of(message) if message else None
    if message is None or row is None:
        raise Http404(str(message_id))
    return row, message
