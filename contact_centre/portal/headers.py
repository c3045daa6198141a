"""Pages with a key in their address: kept by nobody, told to nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from cases.access import NoAccess, get_participant
from cases.models import CaseParticipant

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
TrackingView = Callable[Concatenate[HttpRequest, CaseParticipant, P], HttpResponseBase]

# "no-referrer" would make browsers send "Origin: null" with our own forms, which then look forged. This one
# tells other sites as little.
_REFERRER = "same-origin"


def private_page(view: View[P]) -> View[P]:
    """The answer is not stored, not indexed, and its address is not passed on to other sites."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["Referrer-Policy"] = _REFERRER
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return answer


def for_participant(view: TrackingView[P]) -> Callable[..., HttpResponseBase]:
    """Give the view the participant whose key the address carries; a friendly 404 where it opens nothing."""

    @private_page
    @wraps(view)
    def answer(
        request: HttpRequest, /, reference: str, key: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            participant = get_participant(reference, key)
        except NoAccess:
            return render(request, "portal/no_such_link.html", status=404)
        return view(request, participant, *args, **kwargs)

    return answer
