"""Who comes to the desk: signed in, with a role for the page. The case itself is asked of ``cases.access``."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from cases.access import NoAccess, works_with_cases
from cases.actors import Actor, staff
from routing.models import Role, User

P = ParamSpec("P")


class DeskRequest(HttpRequest):
    """A request of a signed-in person who works with cases; ``by`` is that person as an actor."""

    user: User
    by: Actor
    htmx: HtmxDetails


DeskView = Callable[Concatenate[DeskRequest, P], HttpResponseBase]


def for_case_workers(view: DeskView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only people with a desk in; what they may not see does not exist for them (404)."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not works_with_cases(request.user):
            return _no_desk(request)
        request.by = staff(request.user)
        try:
            response = view(request, *args, **kwargs)
        except NoAccess as error:
            raise Http404(str(error)) from error
        patch_vary_headers(response, ["HX-Request"])
        return response

    return guarded  # type: ignore[return-value]


class AdminRequest(HttpRequest):
    """A request of an administrator, who works with no case."""

    user: User


def for_administrators(
    view: Callable[Concatenate[AdminRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only administrators in; for everybody else the page does not exist (404)."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: AdminRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.role != Role.ADMIN:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


class WordsRequest(AdminRequest):
    """A request of somebody who looks after the words of notices; ``by`` only where she works with cases, too."""

    by: Actor | None


def for_keepers_of_words(
    view: Callable[Concatenate[WordsRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let administrators in, who write the words, and the head of the centre, who may try them on a real case."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: WordsRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.role not in (Role.ADMIN, Role.HEAD):
            raise Http404
        request.by = staff(request.user) if works_with_cases(request.user) else None
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def _no_desk(request: DeskRequest) -> HttpResponse:
    context = {"is_admin": request.user.role == Role.ADMIN}
    return render(request, "desk/no_cases.html", context, status=200 if request.path == "/desk/" else 403)
