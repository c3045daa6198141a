"""Finding a lost link again: the answer says nothing about whether the report exists."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import CaseParticipant
from cases.services.privacy import request_link
from contact_centre.portal.forms.tracking import FindForm
from contact_centre.portal.headers import private_page
from contact_centre.web.language import in_language, typed, wanted_language
from contact_centre.web.limits import Limit, network_of

NETWORK_LIMIT = Limit("find-network", count=30, seconds=600)
EMAIL_LIMIT = Limit("find-email", count=5, seconds=3600)
# Longer than it takes to look, and to leave a mail for the worker: both answers come after this time.
ANSWER_SECONDS = 0.25


@private_page
def find(request: HttpRequest) -> HttpResponse:
    """Ask for number and e-mail; always answer alike, and at the same pace."""
    if code := wanted_language(request):
        return in_language(request, code, lambda: _page(request, FindForm(initial=typed(request.POST))))
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    if NETWORK_LIMIT.is_passed(network_of(request)):
        form.add_error(
            None, _("Many people are looking for reports at the moment. Please try again in 10 minutes.")
        )
        return _page(request, form, status=429)
    started = time.monotonic()
    if not EMAIL_LIMIT.is_passed(form.cleaned_data["email"]):
        _send_links(form.cleaned_data["reference"], form.cleaned_data["email"])
    time.sleep(max(0.0, ANSWER_SECONDS - (time.monotonic() - started)))
    return redirect("portal:find_sent")


@private_page
def find_sent(request: HttpRequest) -> HttpResponse:
    """What everybody reads who asked for a link."""
    return render(request, "portal/find_sent.html")


@private_page
def left(request: HttpRequest) -> HttpResponse:
    """The last page of somebody who left a case: her link does not open it any more."""
    return render(request, "portal/left.html")


def _page(request: HttpRequest, form: FindForm, *, status: int = 200) -> HttpResponse:
    return render(request, "portal/find.html", {"form": form, "language_form": "find-form"}, status=status)


def _send_links(reference: str, email: str) -> None:
    rows = CaseParticipant.objects.filter(
        case__reference=reference, email__iexact=email, detached_at__isnull=True
    )
    for participant_id in rows.order_by("id").values_list("pk", flat=True)[:5]:
        request_link(participant_id=participant_id, at=timezone.now())
