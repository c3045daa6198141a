"""A participant says how she wants to hear from us; the link to her case is the right to do so."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.keys import tracking_key
from cases.models import CaseParticipant, ReadReason
from cases.services.privacy import log_reading
from cases.services.wishes import CannotChoose, choose_wishes
from contact_centre.portal.forms.tracking import WishesForm
from contact_centre.portal.headers import for_participant
from contact_centre.web.language import in_language, typed, wanted_language
from routing.models.loaded import LANGUAGES


@for_participant
def wishes(request: HttpRequest, participant: CaseParticipant) -> HttpResponse:
    """Language, channel, and whether only what must be told. Looking changes nothing."""
    form = _form(request, participant)
    if code := wanted_language(request):
        return in_language(request, code, lambda: _page(request, participant, form))
    if request.method != "POST" or not form.is_valid():
        return _page(request, participant, form)
    try:
        choose_wishes(participant_id=participant.pk, at=timezone.now(), **form.cleaned_data)
    except CannotChoose:
        messages.warning(request, _("Something has changed meanwhile. Please look at the page again."))
    else:
        messages.success(request, _("Thank you. From now on we write to you as you wish."))
    return redirect("portal:track", participant.case.reference, tracking_key(participant))


def _form(request: HttpRequest, participant: CaseParticipant) -> WishesForm:
    if request.method != "POST":
        known = participant.language in LANGUAGES
        now = {
            "language": participant.language if known else get_language(),
            "channel": participant.channel,
            "only_compulsory": participant.only_compulsory,
        }
        return WishesForm(initial=now, participant=participant)
    if wanted_language(request):
        return WishesForm(initial=typed(request.POST), participant=participant)
    return WishesForm(request.POST, participant=participant)


def _page(request: HttpRequest, participant: CaseParticipant, form: WishesForm) -> HttpResponse:
    if request.method != "HEAD":  # Nobody reads what has no body: programs follow the links of mails so.
        log_reading(
            case_id=participant.case_id,
            participant=participant,
            reason=ReadReason.TRACKING_PAGE,
            at=timezone.now(),
            detail="wishes",
        )
    context = {
        "case": participant.case,
        "key": tracking_key(participant),
        "form": form,
        "language_form": "wishes-form",
    }
    return render(request, "portal/wishes.html", context, status=422 if form.is_bound else 200)
