"""Taking a step with a case: a wrong form comes back with its words, a late one with what changed meanwhile."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.access import NoAccess, get_case_for_staff
from cases.models import Case, ReadReason, StaleCase
from cases.queries.case_file import events_since
from cases.services._steps import Refused
from cases.services.privacy import log_reading, revoke_link
from contact_centre.desk.case_page import case_context, make_form, may_revoke
from contact_centre.desk.duty import duty_contact
from contact_centre.desk.forms.steps import StepForm
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.desk.prefill import ACCEPTABLE
from contact_centre.desk.refusals import NOT_NOW, refusal
from contact_centre.desk.seen import Seen, seal, unseal
from contact_centre.desk.step_list import BY_NAME
from contact_centre.desk.steps import Step
from contact_centre.desk.timeline import timeline

# After these steps somebody else has the case.
_GIVES_AWAY = ("route", "reassign")
LINK_REVOKED = gettext_lazy("The link no longer works. Later messages carry a new one.")


@require_POST
@for_case_workers
def take_step(request: DeskRequest, reference: str, name: str) -> HttpResponse:
    """Check the form and call the step's service."""
    step = BY_NAME.get(name)
    if step is None:
        raise Http404(name)
    seen = unseal(request.POST.get("seen", ""), request.user, reference)
    try:
        case = get_case_for_staff(request.user, reference, request.by)
    except NoAccess:
        if seen is None:
            raise
        return _gone(request, step, seen, reference)
    step = step.on(case)
    form = make_form(request, case, step, request.POST)
    if not step.may(case, request.by):
        is_late = _posted_version(request) not in (None, case.version)
        return _conflict(request, case, step, seen) if is_late else _refused(request, case, step, form)
    if "accept" in request.POST:
        return _page(request, case, step, _accepted(request, case, step), status=200)
    if not form.is_valid():
        return _page(request, case, step, form, status=422)
    return _call(request, case, step, form, seen)


@require_POST
@for_case_workers
def revoke(request: DeskRequest, reference: str, participant_id: int) -> HttpResponse:
    """Make one participant's link useless."""
    case = get_case_for_staff(request.user, reference, request.by)
    participant = case.participants.filter(pk=participant_id).first()
    if participant is None or not may_revoke(request):
        raise Http404(str(participant_id))
    meant = request.POST.get("key_version", "")
    key_version = int(meant) if meant.isascii() and meant.isdigit() and len(meant) < 6 else None
    revoke_link(participant_id=participant.pk, by=request.by, at=timezone.now(), key_version=key_version)
    messages.success(request, str(LINK_REVOKED))
    return redirect("desk:case", case.reference)


def _call(request: DeskRequest, case: Case, step: Step, form: StepForm, seen: Seen | None) -> HttpResponse:
    arguments = form.arguments()
    if step.takes_version:
        arguments["version"] = form.cleaned_data["version"]
    now = timezone.now()
    try:
        result = step.service(case_id=case.pk, by=request.by, at=now, **arguments)
    except StaleCase:
        return _conflict(request, get_case_for_staff(request.user, case.reference, request.by), step, seen)
    except Refused as error:
        form.add_error(None, str(refusal(error)))
        return _page(request, case, step, form, status=422)
    messages.success(request, str(step.done))
    if step.name in _GIVES_AWAY:
        _name_duty(request, result, now)
    return redirect(_after(request, case, step))


def _accepted(request: DeskRequest, case: Case, step: Step) -> StepForm:
    """Without scripts: the form as it was filled in, with the accepted suggestion. Nothing is done yet."""
    data = request.POST.dict()
    field, _colon, value = str(data.get("accept", "")).partition(":")
    if field in ACCEPTABLE:
        data[field] = value
    return make_form(request, case, step, initial=data)


def _after(request: DeskRequest, case: Case, step: Step) -> str:
    """The case again, or the queue when the step took it out of this person's sight."""
    try:
        get_case_for_staff(request.user, case.reference, request.by)
    except NoAccess:
        return reverse("desk:queue")
    return f"{reverse('desk:case', args=[case.reference])}?done={step.name}"


def _name_duty(request: DeskRequest, case: Case, at: datetime) -> None:
    """Nobody reads the queue of a department at night: what is urgent goes to its duty contact by phone."""
    if contact := duty_contact(case, at):
        text = _("It is urgent and the department is closed now. Call its duty contact: %(contact)s")
        messages.warning(request, text % {"contact": contact})


def _page(request: DeskRequest, case: Case, step: Step, form: StepForm, *, status: int) -> HttpResponse:
    log_reading(case_id=case.pk, user=request.user, reason=ReadReason.CASE_PAGE, at=timezone.now())
    return render(request, "desk/case.html", case_context(request, case, form, step.name), status=status)


def _refused(request: DeskRequest, case: Case, step: Step, form: StepForm) -> HttpResponse:
    context = {"case": case, "step": step, "reason": NOT_NOW, "drafts": form.drafts()}
    return render(request, "desk/refused.html", context, status=403)


def _conflict(request: DeskRequest, case: Case, step: Step, seen: Seen | None) -> HttpResponse:
    """What changed, and the same words ready to be sent on the new version, if the step is still possible."""
    log_reading(case_id=case.pk, user=request.user, reason=ReadReason.CASE_PAGE, at=timezone.now())
    data = request.POST.copy()
    data["version"], data["seen"] = str(case.version), seal(case, request.user)
    form = make_form(request, case, step, data)
    events = events_since(case, seen.version if seen else _posted_version(request) or case.version)
    context: dict[str, Any] = {
        "case": case,
        "step": step,
        "seen": seen,
        "assignee": str(case.assignee or ""),
        "lines": timeline(events),
        "form": form,
        "is_possible": step.may(case, request.by),
        "drafts": form.drafts(),
    }
    return render(request, "desk/conflict.html", context, status=409)


def _gone(request: DeskRequest, step: Step, seen: Seen, reference: str) -> HttpResponse:
    """The case went to people elsewhere while the form was filled in: only its own words come back."""
    hidden = ("csrfmiddlewaretoken", "version", "seen", "token")
    drafts = [("", value) for name, value in request.POST.items() if name not in hidden and value]
    context = {"reference": reference, "step": step, "seen": seen, "drafts": drafts}
    return render(request, "desk/gone.html", context, status=409)


def _posted_version(request: DeskRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
