"""Logging a call, a visit or a letter: with suggestions while typing, ending as a case or as a contact alone."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import NoAccess
from cases.keys import phone_pin
from cases.models import Case, CaseParticipant, Channel, ContactOutcome, Purpose, ReadReason
from cases.queries.contacts import contact_logged_by, who_answers
from cases.queries.duplicates import duplicates_for_staff
from cases.queries.finding import find_case_for_staff
from cases.services.conversation import record_reply
from cases.services.intake import EmptyReport, log_contact
from cases.services.privacy import log_reading
from cases.services.repeats import is_repeated_contact
from contact_centre.desk.alike import Alike, show_alike
from contact_centre.desk.call_log import conversation_of, draft_of_call, report_of
from contact_centre.desk.forms.call import SHOWN_FOR_SPOKEN_TO, CallForm, source_key_of
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.desk.spoken_pin import LENGTH, caller_of
from contact_centre.desk.suggestions import Suggestions, call_first, suggestions_for
from contact_centre.web.addresses import suggest_addresses
from contact_centre.web.city import privacy_clause
from contact_centre.web.language import in_language, wanted_language
from contact_centre.web.plain import without_controls

_ACCEPTABLE = ("category", "kind", "urgency", "address", "reference")


@require_http_methods(["GET", "HEAD", "POST"])
@for_case_workers
def log_call(request: DeskRequest) -> HttpResponse:
    """The form; a submit logs the contact, unless it only asks for suggestions or accepts one."""
    if request.method != "POST":
        return _page(request, _empty_form(request))
    if code := wanted_language(request):
        return in_language(request, code, lambda: _with_suggestions(request))
    if "accept" in request.POST or "suggest" in request.POST:
        return _with_suggestions(request)
    form = CallForm(request.POST, user=request.user, by=request.by)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _log(request, form)


@require_GET
@for_case_workers
def show_logged(request: DeskRequest, contact_id: int) -> HttpResponse:
    """What became of the contact, with the number and PIN to read to the person."""
    at = timezone.now()
    logged = contact_logged_by(request.user, request.by, contact_id, at)
    case_id = logged.case.pk if logged.case else None
    log_reading(case_id=case_id, user=request.user, reason=ReadReason.CONTACTS, at=at)
    pin = phone_pin(logged.participant) if logged.participant else ""
    return render(request, "desk/logged.html", {"logged": logged, "pin": pin})


@require_POST
@for_case_workers
def suggest_while_typing(request: DeskRequest) -> HttpResponse:
    """The suggestions for what was typed so far, as a part of the open page."""
    found = suggestions_for(request.POST.get("said", ""), request.POST.get("language", "pl"))
    chosen = request.POST.get("category", "")
    form = CallForm(initial={"category": chosen}, user=request.user, by=request.by)
    context = {
        "suggestions": found,
        "alike": _alike(request, found),
        "chosen": chosen,
        "call_first": call_first(chosen),
        "marked": form["address"],
    }
    return render(request, "desk/_suggestions.html", context)


@require_GET
@for_case_workers
def suggest_streets(request: DeskRequest) -> HttpResponse:
    """Addresses for the list under the field."""
    text = without_controls(request.GET.get("address", ""))[:240]
    return render(request, "web/_streets.html", {"addresses": suggest_addresses(text)})


def _log(request: DeskRequest, form: CallForm) -> HttpResponse:
    at, data = timezone.now(), form.cleaned_data
    case: Case | None = data["reference"] if data["becomes"] == "LINK" else None
    case_id = case.pk if case else None
    noted, report = conversation_of(data, at), report_of(data, at)
    is_answer = case is not None and data["is_answer"]
    person = _who_answers(form, case) if case is not None and is_answer else None
    is_unproven = is_answer and person is None
    try:
        contact = log_contact(
            noted, by=request.by, at=at, report=report, case_id=case_id, needs_person=is_unproven
        )
    except EmptyReport:
        form.add_error("said", _("Write down what the person says."))
        return _page(request, form, status=422)
    if not is_repeated_contact(noted, contact, report=report, case_id=case_id):
        return _ask_again(request, contact.pk)
    if person is not None:
        _record_answer(request, person, data, at)
    elif is_unproven:
        messages.warning(
            request,
            _(
                "Nobody on the case has this phone number or e-mail, and no PIN was said: it was noted with the case, "
                "but not taken for the answer. A person will look at it."
            ),
        )
    return _after(request, contact.pk, at)


def _after(request: DeskRequest, contact_id: int, at: datetime) -> HttpResponse:
    """The contact, or an empty form when it belongs to a case of which the person may know nothing more."""
    try:
        contact_logged_by(request.user, request.by, contact_id, at)
    except NoAccess:
        messages.success(request, _("The contact is logged"))
        return redirect("desk:call")
    return redirect("desk:logged", contact_id)


def _who_answers(form: CallForm, case: Case) -> CaseParticipant | None:
    data = form.cleaned_data
    return who_answers(case, phone=data["phone"], email=data["email"], caller=form.caller)


def _record_answer(request: DeskRequest, person: CaseParticipant, data: dict[str, Any], at: datetime) -> None:
    """What was said is the answer that the case waits for. A repeat of the form records it once."""
    record_reply(
        participant_id=person.pk,
        body=data["said"],
        channel=Channel(data["channel"]),
        source_key=f"{source_key_of(data['key'])}:answer",
        at=at,
        language=data["language"],
    )
    messages.success(request, _("It was recorded as the resident's answer. The case goes on."))


def _ask_again(request: DeskRequest, contact_id: int) -> HttpResponse:
    """The form had been sent before with something else in it: it may be a second contact, and must not vanish."""
    data = request.POST.copy()
    data["key"] = str(uuid.uuid4())
    messages.warning(
        request,
        _("This form was sent before with something else in it. Send it again to log a second contact."),
    )
    form = CallForm(data, user=request.user, by=request.by)
    return _page(request, form, status=409, earlier=contact_id)


def _with_suggestions(request: DeskRequest) -> HttpResponse:
    """Without scripts: the page again, with what was accepted filled in. Nothing is logged."""
    data = request.POST.copy()
    field, _colon, value = data.get("accept", "").partition(":")
    if field in _ACCEPTABLE:
        data[field] = value
    if field == "reference":
        data["becomes"] = "LINK"
    form = CallForm(initial=data.dict(), user=request.user, by=request.by)
    found = suggestions_for(data.get("said", ""), data.get("language", "pl"))
    return _page(request, form, suggestions=found, alike=_alike(request, found))


def _alike(request: DeskRequest, found: Suggestions) -> tuple[Alike, ...]:
    """The cases that the call may be about, by what was typed so far, or else by the place in the words."""
    at = timezone.now()
    draft = draft_of_call(request.POST, found, at)
    rows = duplicates_for_staff(draft, request.user, request.by) if draft else ()
    return show_alike(request, rows, at)


def _empty_form(request: DeskRequest) -> CallForm:
    wanted, reference = request.GET, request.GET.get("reference", "")[:32]
    may_link = bool(reference) and _may_link(request, reference)
    initial = {
        "key": str(uuid.uuid4()),
        "started": int(timezone.now().timestamp()),
        "channel": Channel.PHONE,
        "purpose": wanted.get("purpose") if wanted.get("purpose") in Purpose.values else Purpose.REPORT,
        "outcome": wanted.get("outcome") if wanted.get("outcome") in ContactOutcome.values else "",
        "proof": wanted.get("proof", "")[:LENGTH],
        "reference": reference if may_link else "",
        "about": "" if may_link else reference,
        "becomes": "LINK" if may_link else "CONTACT" if reference else "CASE",
        "language": get_language() or "pl",
    }
    return CallForm(initial=initial, user=request.user, by=request.by)


def _may_link(request: DeskRequest, reference: str) -> bool:
    """Whether a contact may be added to the case: it is visible, or the caller said its PIN."""
    caller = caller_of(request.GET.get("proof", "")[:LENGTH], request.user)
    if caller is not None and caller.case.reference == reference:
        return True
    try:
        return bool(find_case_for_staff(request.user, reference, request.by))
    except NoAccess:
        return False


def _page(request: DeskRequest, form: CallForm, *, status: int = 200, **more: Any) -> HttpResponse:
    chosen = str(form["category"].value() or "")
    shared = {"form": form, "clause": privacy_clause(), "spoken_to": SHOWN_FOR_SPOKEN_TO}
    shared |= {"chosen": chosen, "call_first": call_first(chosen)}
    # Enter in a field asks for suggestions: a call is logged on purpose only.
    context = shared | {"language_form": "call-form", "language_enter": "suggest"} | more
    return render(request, "desk/call.html", context, status=status)
