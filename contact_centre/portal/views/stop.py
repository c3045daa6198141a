"""The end of a subscription: a follower says by one click, without a login, that she wants no more notices."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from cases.models import CaseParticipant
from contact_centre.portal.headers import private_page
from notifications.links import read_unsubscribe_token
from notifications.subscriptions import NoSubscription, stop_following


@csrf_exempt
@private_page
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask first, since a link may be followed by a machine; a POST is the click, from here or from a mail program.

    Mail programs send no cookie (RFC 8058): the token is the proof, and all that it can do is to end notices.
    """
    participant_id = read_unsubscribe_token(token)
    participant = CaseParticipant.objects.filter(pk=participant_id).first() if participant_id else None
    if participant is None:
        return render(request, "portal/no_such_link.html", status=404)
    if request.method != "POST":
        return render(request, "portal/stop.html", {"participant": participant})
    try:
        stop_following(participant_id=participant.pk, at=timezone.now())
    except NoSubscription:
        return render(request, "portal/no_such_link.html", status=404)
    # Not a redirect: mail programs need not follow one.
    return render(request, "portal/stopped.html")
