"""The inbox of the desk: every mail with its fate, one mail with its evidence, and what a person decides over it."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from cases.access import may_read_restricted_files
from cases.models import ReadReason
from cases.services._steps import Refused
from cases.services.intake import EmptyReport
from cases.services.privacy import log_list_reading, log_reading
from cases.waking import wake
from contact_centre.intake import inbox, store
from contact_centre.intake.decisions import lay_aside, mark_as_spam, retry
from contact_centre.intake.forms import AttachForm
from contact_centre.intake.guard import MailRequest, for_mail_workers
from contact_centre.intake.models import RawMessage, RawState, Reason
from contact_centre.intake.opening import UNVERIFIED
from contact_centre.intake.tasks import process_mail
from contact_centre.intake.views import safe
from contact_centre.intake.waiting import attach_to_case, open_own_case
from contact_centre.web.pages import page_of
from contact_centre.web.plain import without_controls

_SHELVES: Final = (
    (inbox.TO_DO, gettext_lazy("For a person")),
    (inbox.ALL, gettext_lazy("All")),
)
_LONGEST_SEARCH: Final = 255


@require_GET
@for_mail_workers
def show_inbox(request: MailRequest) -> HttpResponse:
    """The mails of one shelf, the newest first; begins with those that need a person. What is looked for is looked
    for among all."""
    words = without_controls(request.GET.get("q", "")).strip()[:_LONGEST_SEARCH]
    reason = request.GET.get("reason", "")
    name = request.GET.get("state") or (inbox.ALL if words or reason else inbox.TO_DO)
    if name not in (inbox.TO_DO, inbox.ALL, *RawState.values) or reason not in ("", *Reason.values):
        raise Http404(f"{name} {reason}")
    rows = inbox.shelf(inbox.mails_for(request.user, request.by), name)
    rows = rows.filter(reason=reason) if reason else rows
    mails, older = page_of(inbox.found(rows, words) if words else rows, request)
    shown = [mail for mail in mails if not mail.is_hidden]  # type: ignore[attr-defined]
    inbox.name_further_cases(shown, request.user, request.by)
    log_list_reading(
        case_ids=[one for mail in shown for one in (mail.case_id, *(case.pk for case in mail.further))],
        user=request.user,
        reason=ReadReason.INBOX,
        at=timezone.now(),
        detail=name,
    )
    context = {
        "mails": mails,
        "shelves": [(value, label, value == name) for value, label in _SHELVES],
        "older_url": older,
        "words": words,
        "reasons": [(value, label, value == reason) for value, label in Reason.choices],
        "states": [(value, label, value == name) for value, label in RawState.choices],
    }
    return render(request, "intake/inbox.html", context)


@require_GET
@for_mail_workers
def show_mail(request: MailRequest, raw_id: int) -> HttpResponse:
    """One mail: where it came from, what was made of it and why, and what may be done."""
    row = _mail(request, raw_id)
    return _page(request, row)


@require_GET
@for_mail_workers
def send_raw(request: MailRequest, raw_id: int) -> HttpResponse:
    """The mail byte for byte, to be saved and not shown, for those who may read evidence; the reading is logged."""
    row = _open_mail(request, raw_id)
    if not may_read_restricted_files(request.by):
        raise Http404(str(raw_id))
    try:
        raw = store.read(row)
    except OSError as error:
        raise Http404(str(raw_id)) from error
    _log(request, row, ReadReason.FILE)
    response = HttpResponse(raw, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
    return safe(response, "default-src 'none'; sandbox")


@require_POST
@for_mail_workers
def decide_mail(request: MailRequest, raw_id: int, name: str) -> HttpResponse:
    """Do with the mail what the person says."""
    row = _open_mail(request, raw_id)
    if name not in _WAYS:
        raise Http404(name)
    if name not in inbox.ways(row):
        messages.warning(request, _("Somebody has decided over this mail already."))
        return redirect("intake:mail", row.pk)
    try:
        return _WAYS[name](request, row)
    except (Refused, EmptyReport):
        messages.error(request, _("This is not possible with this case or this mail."))
    except OSError:
        messages.error(request, _("The bytes of this mail cannot be read."))
    return redirect("intake:mail", row.pk)


def _attach(request: MailRequest, row: RawMessage) -> HttpResponse:
    form = AttachForm(request.POST, person=request.user, by=request.by)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    case = form.cleaned_data["reference"]
    is_told = form.cleaned_data["is_told"]
    attach_to_case(raw_id=row.pk, case_id=case.pk, is_told=is_told, by=request.by, at=timezone.now())
    messages.success(request, _("The mail was added to the case."))
    return redirect("desk:case", case.reference)


def _open(request: MailRequest, row: RawMessage) -> HttpResponse:
    is_told = request.POST.get("is_told") == "on"
    case = open_own_case(raw_id=row.pk, is_told=is_told, by=request.by, at=timezone.now())
    messages.success(
        request, _("The mail is a case of its own now: %(reference)s") % {"reference": case.reference}
    )
    # What is in it may be a matter of law, which not everybody sees who opened it.
    return redirect("intake:inbox")


def _retry(request: MailRequest, row: RawMessage) -> HttpResponse:
    retry(raw_id=row.pk, by=request.by, at=timezone.now())
    wake(process_mail, row.pk)
    messages.success(request, _("The mail will be processed again."))
    return redirect("intake:mail", row.pk)


def _spam(request: MailRequest, row: RawMessage) -> HttpResponse:
    mark_as_spam(raw_id=row.pk, by=request.by, at=timezone.now())
    messages.success(request, _("The mail is marked as spam. It can still be taken up."))
    return redirect("intake:inbox")


def _lay_aside(request: MailRequest, row: RawMessage) -> HttpResponse:
    lay_aside(raw_id=row.pk, by=request.by, at=timezone.now())
    messages.success(request, _("The mail is laid aside. It can still be taken up."))
    return redirect("intake:inbox")


_WAYS: Final[dict[str, Callable[[MailRequest, RawMessage], HttpResponse]]] = {
    "retry": _retry,
    "attach": _attach,
    "open": _open,
    "spam": _spam,
    "aside": _lay_aside,
}


def _mail(request: MailRequest, raw_id: int) -> RawMessage:
    return get_object_or_404(inbox.mails_for(request.user, request.by), pk=raw_id)


def _open_mail(request: MailRequest, raw_id: int) -> RawMessage:
    """The mail, if the person may see what is in it."""
    row = _mail(request, raw_id)
    if row.is_hidden:  # type: ignore[attr-defined]
        raise Http404(str(raw_id))
    return row


def _page(
    request: MailRequest, row: RawMessage, form: AttachForm | None = None, status: int = 200
) -> HttpResponse:
    is_hidden = row.is_hidden  # type: ignore[attr-defined]
    context: dict[str, Any] = {"mail": row, "is_hidden": is_hidden}
    if not is_hidden:
        _log(request, row, ReadReason.INBOX)
        case = row.case_message.case if row.case_message else row.case
        inbox.name_further_cases([row], request.user, request.by)
        known = form or AttachForm(
            person=request.user,
            by=request.by,
            initial={"reference": row.suggested_case.reference if row.suggested_case else ""},
        )
        context |= {
            "read": _read(row),
            "case": case,
            "form": known,
            "ways": tuple(inbox.ways(row)),
            "arrivals": row.arrivals.select_related("mailbox").order_by("id"),
            "decisions": row.decisions.select_related("decided_by").order_by("id"),
            "may_save": may_read_restricted_files(request.by),
            "is_unverified": UNVERIFIED in row.defects,
        }
    return render(request, "intake/mail.html", context, status=status)


def _read(row: RawMessage) -> inbox.Read | None:
    try:
        return inbox.read(row)
    except OSError:
        return None


def _log(request: MailRequest, row: RawMessage, reason: ReadReason) -> None:
    case_id = row.case_message.case_id if row.case_message else row.case_id
    log_reading(
        case_id=case_id or row.suggested_case_id,
        user=request.user,
        reason=reason,
        at=timezone.now(),
        detail=f"mail {row.pk}",
    )
