"""Changing the language in the middle of a form: the button sends the form, and the page comes back with its words.

A page names its form by ``language_form`` in its context; ``web/_languages.html`` then puts its buttons into that
form. The view asks ``wanted_language`` before it does anything with what was sent.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation

BUTTON = "switch_language"


def wanted_language(request: HttpRequest) -> str:
    """The language whose button was pressed inside a form; empty when the form was sent for good."""
    code = request.POST.get(BUTTON, "")
    return code if code in dict(settings.LANGUAGES) else ""


def in_language(request: HttpRequest, code: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer in this language, which the browser keeps from now on."""
    translation.activate(code)
    request.LANGUAGE_CODE = code
    response = answer()
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]  # the setting is one of these words
    )
    return response


def typed(data: QueryDict) -> dict[str, Any]:
    """What was typed, as initial values: a form made of them keeps all and complains of nothing."""
    return data.dict()
