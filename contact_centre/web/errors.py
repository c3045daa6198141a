"""The answers to requests that Django refused: what was too much, and a form that does not prove where it is from."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_TOO_MUCH: dict[type[Exception], str] = {
    RequestDataTooBig: "text",
    TooManyFieldsSent: "fields",
    TooManyFilesSent: "files",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for 400 (``handler400``); nothing of the exception's own words is shown."""
    context = {"too_much": _TOO_MUCH.get(type(exception), "")}
    # No request in the context: reading its form again is what has just failed.
    return render(None, "400.html", context, status=400)


# What a form carries for machines.
_FOR_MACHINES = frozenset(
    {
        "csrfmiddlewaretoken",
        "key",
        "started",
        "seen",
        "version",
        "next",
        "privacy_version",
        "token",
        "patience",
    }
)
# Choices are sent as codes, which nobody wrote; they are made again in a moment.
_CHOICES = frozenset(
    {
        "called",
        "category",
        "channel",
        "kind",
        "language",
        "outcome",
        "purpose",
        "same",
        "urgency",
        "wishes",
        "becomes",
    }
)
_NOT_WORDS = _FOR_MACHINES | _CHOICES


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django names it
    """The page for a form whose cookie is gone (``CSRF_FAILURE_VIEW``), with what was written in it.

    Without JavaScript nothing else keeps the words. Only a form of our own pages gets them back: another site has
    no say in what stands on ours.
    """
    is_ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    context = {"written": _written(request) if is_ours else ""}
    return render(None, "403_csrf.html", context, status=403)


def _written(request: HttpRequest) -> str:
    fields = [name for name in request.POST if name not in _NOT_WORDS and "password" not in name]
    return "\n".join(value for name in fields for value in request.POST.getlist(name) if value.strip())
