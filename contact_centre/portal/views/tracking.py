"""The page of one case for one participant, opened by her key: status, timeline, conversation, her own steps."""

import hashlib
import uuid
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.actors import resident
from cases.deadlines import promised_date
from cases.keys import phone_pin, tracking_key
from cases.models import Case, CaseParticipant, Channel, ReadReason, StaleCase
from cases.queries.merged import open_question, survivor_of
from cases.queries.reasons import route_reason
from cases.services.conversation import record_reply
from cases.services.endings import (
    CannotConfirm,
    CannotReopen,
    CannotWithdraw,
    confirm_case,
    reopen_case,
    withdraw_case,
)
from cases.services.privacy import log_reading
from contact_centre.portal.forms.tracking import ReasonForm, ReplyForm
from contact_centre.portal.headers import for_participant
from contact_centre.portal.story import conversation, quoted, timeline
from contact_centre.portal.uploads import Uploads, receive_uploads
from contact_centre.web.language import in_language, typed, wanted_language
from contact_centre.web.limits import Limit
from contact_centre.web.wording import StatusWords, day, status_words
from notifications.links import tracking_url

REPLY_LIMIT = Limit("reply", count=30, seconds=3600)


@for_participant
def track(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """The whole page; its live part alone for htmx. A POST is an answer of the resident."""
    if request.method == "POST":
        return _reply(request, participant)
    return _page(request, participant, ReplyForm(uploads=Uploads(uuid.uuid4())))


@for_participant
def received(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """The confirmation: number, link and PIN, and a date only when one may be promised."""
    _log(participant, "received")
    context = {
        **_case_context(participant),
        "tracking_url": tracking_url(participant),
        "pin": phone_pin(participant),
        "promised": day(promised_date(participant.case)),
    }
    return render(request, "portal/received.html", context)


@require_POST
@for_participant
def confirm(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """The resident says that all is well."""
    try:
        confirm_case(case_id=participant.case_id, by=resident(participant.pk), at=timezone.now())
    except CannotConfirm:
        messages.warning(request, _("Something has changed meanwhile. Please look at the page again."))
    else:
        messages.success(request, _("Thank you. We have closed the report."))
    return _back(participant)


@for_participant
def withdraw(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """Ask why, then withdraw. What concerns others too, a danger or a joined report, only the person leaves."""
    by = resident(participant.pk)
    if not participant.case.may_withdraw(by):
        return _not_now(request, participant)
    form = _reason_form(request, participant, needs_reason=False)
    if request.method != "POST" or not form.is_valid():
        return _ask_why(request, participant, form, "portal/withdraw.html")
    try:
        withdraw_case(case_id=participant.case_id, by=by, at=timezone.now(), **form.cleaned_data)
    except StaleCase:
        return _look_again(request, participant, form, "portal/withdraw.html")
    except CannotWithdraw:
        return _not_now(request, participant)
    participant.refresh_from_db(fields=["detached_at"])
    if participant.detached_at is not None:
        return redirect("portal:left")
    messages.success(request, _("You have withdrawn the report. Thank you for telling us."))
    return _back(participant)


@for_participant
def reopen(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """Ask what is still wrong, then open the case again."""
    by, now = resident(participant.pk), timezone.now()
    if not (participant.speaks and participant.case.may_reopen(by, timezone.localdate(now))):
        return _not_now(request, participant)
    form = _reason_form(request, participant, needs_reason=True)
    if request.method != "POST" or not form.is_valid():
        return _ask_why(request, participant, form, "portal/reopen.html")
    try:
        reopen_case(case_id=participant.case_id, by=by, at=now, **form.cleaned_data)
    except StaleCase:
        return _look_again(request, participant, form, "portal/reopen.html")
    except CannotReopen:
        return _not_now(request, participant)
    messages.success(request, _("We have opened your report again."))
    return _back(participant)


def _reply(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    token = _token(request.POST.get("token", ""))
    if code := wanted_language(request):
        return in_language(request, code, lambda: _still_typed(request, participant, token))
    uploads = receive_uploads(request, token)
    form = ReplyForm(request.POST, uploads=uploads)
    if not form.is_valid():
        return _page(request, participant, form, status=422)
    if REPLY_LIMIT.is_passed(str(participant.pk)):
        form.add_error(
            "body", _("You have written very often in the last hour. Please send this a little later.")
        )
        return _page(request, participant, form, status=429)
    body = form.cleaned_data["body"]
    record_reply(
        participant_id=participant.pk,
        body=body,
        channel=Channel.WEB,
        source_key=_source_key(token, body, uploads),
        at=timezone.now(),
        files=uploads.stored,
    )
    messages.success(request, _("Thank you. We have your message."), extra_tags="reply-sent")
    return _back(participant)


def _still_typed(request: HttpRequest, participant: CaseParticipant, token: UUID) -> HttpResponse:
    """The page in another language with what was typed and chosen, and no complaint yet."""
    uploads = receive_uploads(request, token)
    for problem in uploads.problems:
        messages.warning(request, problem)
    return _page(request, participant, ReplyForm(initial=typed(request.POST), uploads=uploads))


def _source_key(token: UUID, body: str, uploads: Uploads) -> str:
    """A double submit is one message; the same form sent again with other words is another one."""
    content = "\n".join([body, *sorted(file.sha256 for file in uploads.stored)])
    return f"web:{token}:{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def _page(
    request: HttpRequest, participant: CaseParticipant, form: ReplyForm, *, status: int = 200
) -> HttpResponse:
    if request.method != "HEAD":  # Nobody reads what has no body: programs follow the links of mails so.
        _log(participant)
    now, case, by = timezone.now(), participant.case, resident(participant.pk)
    survivor, question = survivor_of(case), open_question(case)
    context = {
        **_case_context(participant),
        "form": form,
        "language_form": "reply-form",
        "words": _state(participant, survivor),
        "reason": route_reason(participant),
        "survivor": survivor if survivor.pk != case.pk else None,
        "entries": timeline(participant, survivor),
        "conversation": conversation(participant, survivor),
        "question": question,
        "quote": quoted(question.body) if question else "",
        "may_confirm": participant.speaks and case.may("close", by),
        "may_withdraw": case.may_withdraw(by),
        "may_reopen": participant.speaks and case.may_reopen(by, timezone.localdate(now)),
        "is_refresh": request.method == "GET" and bool(getattr(request, "htmx", False)),
    }
    template = "portal/track.html#refresh" if context["is_refresh"] else "portal/track.html"
    return render(request, template, context, status=status)


def _case_context(participant: CaseParticipant) -> dict[str, Any]:
    return {"case": participant.case, "participant": participant, "key": tracking_key(participant)}


def _reason_form(request: HttpRequest, participant: CaseParticipant, *, needs_reason: bool) -> ReasonForm:
    if wanted_language(request):
        return ReasonForm(initial=typed(request.POST), needs_reason=needs_reason)
    if request.method == "POST":
        return ReasonForm(request.POST, needs_reason=needs_reason)
    return ReasonForm(initial={"version": participant.case.version}, needs_reason=needs_reason)


def _ask_why(
    request: HttpRequest, participant: CaseParticipant, form: ReasonForm, template: str
) -> HttpResponse:
    context = {**_case_context(participant), "form": form, "language_form": "reason-form"}
    if code := wanted_language(request):
        return in_language(request, code, lambda: render(request, template, context))
    return render(request, template, context, status=422 if form.is_bound else 200)


def _look_again(
    request: HttpRequest, participant: CaseParticipant, form: ReasonForm, template: str
) -> HttpResponse:
    """The case has changed since the form was shown: say how it is now, keep the words."""
    participant.case.refresh_from_db()
    fresh = {"reason": form.cleaned_data["reason"], "version": participant.case.version}
    again = ReasonForm(fresh, needs_reason=form.fields["reason"].required)
    survivor = survivor_of(participant.case)
    context = {
        **_case_context(participant),
        "form": again,
        "language_form": "reason-form",
        "changed": _state(participant, survivor),
    }
    return render(request, template, context, status=409)


def _state(participant: CaseParticipant, survivor: Case) -> StatusWords:
    return status_words(
        survivor,
        timezone.now(),
        participant.channel,
        is_others=survivor.pk != participant.case_id,
        is_follower=not participant.speaks,
    )


def _not_now(request: HttpRequest, participant: CaseParticipant) -> HttpResponseRedirect:
    messages.warning(request, _("This is not possible any more. Please look at the state of your report."))
    return _back(participant)


def _back(participant: CaseParticipant) -> HttpResponseRedirect:
    return redirect("portal:track", participant.case.reference, tracking_key(participant))


def _log(participant: CaseParticipant, detail: str = "") -> None:
    log_reading(
        case_id=participant.case_id,
        participant=participant,
        reason=ReadReason.TRACKING_PAGE,
        at=timezone.now(),
        detail=detail,
    )


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid.uuid4()
