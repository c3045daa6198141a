"""Who comes to the pages about mails: signed in, with a role of the contact centre. For others there are none (404)."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from cases.access import works_with_cases
from cases.actors import Actor, staff
from cases.states import DESK
from routing.models import User

P = ParamSpec("P")


class MailRequest(HttpRequest):
    """A request of somebody who decides over mails; ``by`` is that person as an actor."""

    user: User
    by: Actor


def for_mail_workers(
    view: Callable[Concatenate[MailRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let only agents, dispatchers and the centre head in."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: MailRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.by = staff(request.user)
        if not works_with_cases(request.user) or request.by.role not in DESK:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]
