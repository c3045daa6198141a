"""A caller asks how her case stands: she hears it after her PIN, or is called back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import NoAccess, visible_cases
from cases.actors import resident
from cases.models import CaseParticipant, ReadReason
from cases.queries.contacts import participant_by_pin, to_read_out
from cases.queries.finding import reference_of
from cases.queries.merged import survivor_of
from cases.services.privacy import log_reading
from contact_centre.desk.forms.call import StatusForm
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.desk.spoken_pin import seal_pin
from contact_centre.web.limits import Limit
from contact_centre.web.spoken import spoken_words
from contact_centre.web.wording import status_words

# A PIN has a million values: so few attempts an hour leave no hope to guess one.
WRONG_PINS = Limit("status-pin", count=5, seconds=3600)


@require_http_methods(["GET", "HEAD", "POST"])
@for_case_workers
def tell_status(request: DeskRequest) -> HttpResponse:
    """The sentence to read aloud; after a wrong PIN only the offer to call back."""
    if request.method != "POST":
        return _page(request, StatusForm(initial={"reference": request.GET.get("reference", "")[:32]}))
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    said = form.cleaned_data["reference"].strip().upper()
    # However the number is said, it is one case whose PIN is tried.
    reference = reference_of(said) or said
    if WRONG_PINS.is_passed(reference):
        form.add_error("pin", _("Too many attempts for this case. Please call the person back."))
        return _page(request, form, status=429, offer=said, reference=reference)
    try:
        participant = participant_by_pin(reference, form.cleaned_data["pin"])
    except NoAccess:
        form.add_error("pin", _("Number and PIN do not belong together. Tell nothing; offer to call back."))
        return _page(request, form, status=422, offer=said, reference=reference)
    return _tell(request, participant)


def _tell(request: DeskRequest, participant: CaseParticipant) -> HttpResponse:
    """What her page says, in words to read aloud, and our question or answer where this person may see the case."""
    now, case = timezone.now(), participant.case
    log_reading(
        case_id=case.pk,
        user=request.user,
        participant=participant,
        reason=ReadReason.STATUS_BY_PHONE,
        at=now,
    )
    survivor = survivor_of(case)
    is_others, is_follower = survivor.pk != case.pk, not participant.speaks
    words = status_words(survivor, now, participant.channel, is_others=is_others, is_follower=is_follower)
    may_reopen = case.may_reopen(resident(participant.pk), timezone.localdate(now)) and participant.speaks
    spoken = [spoken_words(words, may_reopen=may_reopen)]
    if is_others:
        # The work goes on in the other case: how it stands is what the caller wants to hear.
        own = status_words(case, now, participant.channel)
        spoken.insert(0, spoken_words(own, may_reopen=False))
    context = {
        "form": StatusForm(),
        "case": case,
        "words": words,
        "spoken": spoken,
        "read_out": to_read_out(case, survivor, request.user, request.by),
        "proof": seal_pin(participant, request.user),
    }
    return render(request, "desk/status.html", context)


def _page(
    request: DeskRequest, form: StatusForm, *, status: int = 200, offer: str = "", reference: str = ""
) -> HttpResponse:
    """``offer``: the number as it was said, for the log of a call back. What it stands for is told to nobody who may
    not see the case."""
    context = {"form": form, "offer": offer, "may_call_back": bool(reference) and _sees(request, reference)}
    return render(request, "desk/status.html", context, status=status)


def _sees(request: DeskRequest, reference: str) -> bool:
    """Whether this person finds on the case the number to call back on."""
    return visible_cases(request.user, request.by).filter(reference=reference).exists()
