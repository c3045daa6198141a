"""The report form: shown, checked, and given to the services once. What was typed or sent is never lost."""

import uuid
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.actors import resident
from cases.keys import tracking_key
from cases.models import Case
from cases.services.intake import Report, open_case
from cases.services.repeats import is_repeat
from contact_centre.portal.forms.report import ReportForm
from contact_centre.portal.same import ASKED, FIELD, answer_of, options_of, seen_before
from contact_centre.portal.uploads import Uploads, receive_uploads
from contact_centre.web.addresses import suggest_addresses
from contact_centre.web.city import emergency_name, emergency_numbers, privacy_clause
from contact_centre.web.language import in_language, typed, wanted_language
from contact_centre.web.limits import Limit, network_of
from contact_centre.web.plain import without_controls
from routing.models import Category

# A library or a school is one network: far more than any room of people writes.
NETWORK_LIMIT = Limit("report-network", count=60, seconds=600)
# Somebody's address must not be flooded with our confirmations.
EMAIL_LIMIT = Limit("report-email", count=30, seconds=3600)
# Over the limit of the network a form must have been open for so long. Whoever writes by hand never notices.
PATIENCE_SECONDS = 15
_PATIENCE_MAX_AGE = 24 * 3600
_PATIENCE = "portal.patience"


def report(request: HttpRequest) -> HttpResponse:
    """The form; a good report becomes one case and leads to its confirmation."""
    if request.method == "POST":
        return _receive(request)
    initial = {
        "language": _language(),
        "privacy_version": privacy_clause().version,
        "category": request.GET.get("category", ""),
    }
    form = ReportForm(initial=initial, uploads=Uploads(uuid.uuid4()), group=request.GET.get("group", ""))
    return _page(request, form)


def streets(request: HttpRequest) -> HttpResponse:
    """Options for the address field, as an answer to what has been typed so far."""
    typed = without_controls(request.GET.get("q") or request.GET.get("address", ""))
    return render(request, "web/_streets.html", {"addresses": suggest_addresses(typed[:240])})


def category_hint(request: HttpRequest) -> HttpResponse:
    """What belongs to the category just chosen, what it needs, and whom to call first; nothing for an unknown one."""
    code = request.GET.get("category", "")
    category = _category(code)
    if code and category is None:
        return HttpResponse()
    form = ReportForm(uploads=Uploads(uuid.uuid4()))
    form.mark_for(category)
    context = {"form": form, "is_swapped": True, **_category_words(category)}
    return render(request, "portal/report.html#chosen", context)


def _receive(request: HttpRequest) -> HttpResponse:
    token = _token(request.POST.get("token", ""))
    if code := wanted_language(request):
        spoken = _language()
        return in_language(request, code, lambda: _still_typed(request, token, spoken))
    form = ReportForm(request.POST, uploads=receive_uploads(request, token))
    if not form.is_valid():
        return _page(request, form, status=422)
    now, answer = timezone.now(), answer_of(request.POST, token)
    sent = form.to_report(f"web:{token}", now, answer.case_id)
    if held := _hold(request, form, sent):
        return held
    case = open_case(sent, by=resident(None), at=now)
    if case.received_at != now and not is_repeat(sent, case):
        return _ask_again(request, form, case)
    return redirect("portal:received", *_link_of(case))


def _still_typed(request: HttpRequest, token: UUID, spoken: str) -> HttpResponse:
    """The form in another language, with all that was typed and chosen, and no complaint yet."""
    uploads = receive_uploads(request, token)
    for problem in uploads.problems:
        messages.warning(request, problem)
    initial = typed(request.POST)
    if initial.get("language") == spoken:
        # Nobody chose it: it was the language of the page, and goes on with it.
        initial["language"] = _language()
    # A question that was shown and not answered yet is asked again, in the other language.
    answer = answer_of(request.POST, token)
    same = answer.carried(token) if answer.is_given else ""
    return _page(request, ReportForm(initial=initial, uploads=uploads), same=same)


def _hold(request: HttpRequest, form: ReportForm, sent: Report) -> HttpResponse | None:
    """A good report that is not sent yet: a call may be better, we may know of it, or the network sends very many."""
    category = form.chosen_category
    asks_to_call = bool(category and category.call_first and request.POST.get("called") != category.code)
    known = () if FIELD in request.POST else options_of(seen_before(sent), form.uploads.token)
    if asks_to_call or known:
        asked = {"known": known, "same": ASKED} if known else {}
        return _page(request, form, status=422, asks_to_call=asks_to_call, **asked)
    if EMAIL_LIMIT.is_passed(form.cleaned_data["email"]):
        form.add_error(
            "email",
            _(
                "We have had many reports with this address in the last hour. Leave it out, or send this one later."
            ),
        )
        return _page(request, form, status=429)
    if NETWORK_LIMIT.is_passed(network_of(request)) and not _was_patient(request, form.uploads.token):
        return _page(request, form, status=429, asks_to_wait=True)
    return None


def _ask_again(request: HttpRequest, form: ReportForm, earlier: Case) -> HttpResponse:
    """The form had been sent before with something else in it: it may be a second report, and must not vanish."""
    form.uploads = Uploads(uuid.uuid4(), form.uploads.stored)
    return _page(request, form, status=409, earlier=earlier, earlier_link=_link_of(earlier))


def _page(request: HttpRequest, form: ReportForm, *, status: int = 200, **more: Any) -> HttpResponse:
    category = form.chosen_category if form.is_bound else _category(form.initial.get("category", ""))
    form.mark_for(category)
    context: Mapping[str, Any] = {
        "form": form,
        "language_form": "report-form",
        "clause": privacy_clause(),
        "numbers": emergency_numbers(),
        "patience": _patience(request, form.uploads.token),
        "same": answer_of(request.POST, _token(request.POST.get("token", ""))).carried(form.uploads.token),
        **_category_words(category),
        **more,
    }
    return render(request, "portal/report.html", context, status=status)


def _category(code: str) -> Category | None:
    return Category.objects.filter(is_active=True, code=without_controls(code)).first() if code else None


def _category_words(category: Category | None) -> dict[str, Any]:
    number = category.call_first if category else ""
    return {"chosen": category, "call_number": number, "call_name": emergency_name(number)}


def _language() -> str:
    return (get_language() or "pl")[:2]


def _token(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid.uuid4()


def _patience(request: HttpRequest, token: UUID) -> str:
    """A signed mark of when the form was opened; it stays the same over errors."""
    mark = request.POST.get("patience", "")
    try:
        signing.loads(mark, salt=f"{_PATIENCE}:{token}", max_age=_PATIENCE_MAX_AGE)
    except signing.BadSignature:
        return signing.dumps(1, salt=f"{_PATIENCE}:{token}")
    return mark


def _was_patient(request: HttpRequest, token: UUID) -> bool:
    mark, salt = request.POST.get("patience", ""), f"{_PATIENCE}:{token}"
    try:
        signing.loads(mark, salt=salt, max_age=_PATIENCE_MAX_AGE)
    except signing.BadSignature:
        return False
    try:
        signing.loads(mark, salt=salt, max_age=PATIENCE_SECONDS)
    except signing.SignatureExpired:
        return True
    return False


def _link_of(case: Case) -> tuple[str, str]:
    participant = case.new_reporter
    if participant is None:
        participant = min(case.participants.only("case_id", "key_version"), key=lambda one: one.pk)
    return case.reference, tracking_key(participant)
