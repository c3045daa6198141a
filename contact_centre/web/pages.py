"""Keyset paging by id: the newest first, and the address of what is older."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

PAGE_SIZE = 30
_DIGITS = 18

M = TypeVar("M", bound=Model)


def position(request: HttpRequest) -> int | None:
    """The id before which the page begins; None for the newest, and for anything that we did not write."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def page_of(rows: QuerySet[M], request: HttpRequest) -> tuple[list[M], str]:
    """The rows of the page asked for, and the address of the next one; empty at the end."""
    before = position(request)
    found = list((rows if before is None else rows.filter(pk__lt=before)).order_by("-id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return shown, _older(request, shown[-1].pk) if len(found) > PAGE_SIZE else ""


def _older(request: HttpRequest, pk: int) -> str:
    query = request.GET.copy()
    query["before"] = str(pk)
    return f"{request.path}?{query.urlencode()}"
