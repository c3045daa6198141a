"""A caller asks how her case stands: she hears it after her PIN, or is called back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cases.access import NoAccess
from cases.models import ParticipantRole, ReadReason
from cases.queries.contacts import participant_by_pin, survivor_of
from cases.services.privacy import log_reading
from contact_centre.desk.forms.call import StatusForm
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.web.badges import status_badge
from contact_centre.web.limits import Limit
from contact_centre.web.wording import StatusWords, status_words

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
    reference = form.cleaned_data["reference"].strip().upper()
    if WRONG_PINS.is_passed(reference):
        form.add_error("pin", _("Too many attempts for this case. Please call the person back."))
        return _page(request, form, status=429, offer=reference)
    try:
        participant = participant_by_pin(reference, form.cleaned_data["pin"])
    except NoAccess:
        form.add_error("pin", _("Number and PIN do not belong together. Tell nothing; offer to call back."))
        return _page(request, form, status=422, offer=reference)
    now = timezone.now()
    log_reading(
        case_id=participant.case_id,
        user=request.user,
        participant=participant,
        reason=ReadReason.STATUS_BY_PHONE,
        at=now,
    )
    case = participant.case
    survivor = survivor_of(case)
    is_others = survivor.pk != case.pk
    words = status_words(
        survivor,
        now,
        participant.channel,
        is_others=is_others,
        is_follower=participant.role == ParticipantRole.FOLLOWER,
    )
    spoken = [_spoken(words)]
    if is_others:
        # The work goes on in the other case: how it stands is what the caller wants to hear.
        spoken.insert(0, _spoken(status_words(case, now, participant.channel)))
    context = {"form": StatusForm(), "case": case, "words": words, "spoken": spoken}
    return render(request, "desk/status.html", context)


def _spoken(words: StatusWords) -> list[str]:
    """The sentences to read aloud, the name of the status first."""
    name = words.label or str(status_badge(words.status, words.outcome).label)
    return [f"{name}.", words.sentence, words.next_step]


def _page(request: DeskRequest, form: StatusForm, *, status: int = 200, offer: str = "") -> HttpResponse:
    return render(request, "desk/status.html", {"form": form, "offer": offer}, status=status)
