"""The answer to a request that Django refused to read: it says what was too much."""

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
