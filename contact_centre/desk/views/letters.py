"""Many letters at once: one file to print, and one click for just those that are in it."""

from datetime import datetime
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.models import ReadReason
from cases.services.privacy import log_list_reading
from contact_centre.desk.guard import DeskRequest, for_case_workers
from notifications.letters import mark_letters_printed
from notifications.models import Notice, NoticeChannel, NoticeState
from notifications.printing import NoLetter, print_letters
from notifications.queries import LETTERS_AT_ONCE, notices_for_staff

# Ids stand in the address, so that a page that is loaded again still speaks of the same letters.
_BETWEEN: Final = "."


@require_GET
@for_case_workers
def show_letters(request: DeskRequest) -> HttpResponse:
    """The letters that the address names: to print them, and then to note it."""
    letters, now = _named(request), timezone.now()
    case_ids = [letter.participant.case_id for letter in letters]
    log_list_reading(case_ids=case_ids, user=request.user, reason=ReadReason.OUTBOX, at=now, detail="letters")
    printable = _printable(letters, now)
    context = {
        "letters": letters,
        "printable": len(printable),
        "print": _join(printable),
        "waiting": _join([letter for letter in letters if letter.state == NoticeState.LETTER_DUE]),
    }
    return render(request, "desk/letters.html", context)


@require_GET
@for_case_workers
def print_named(request: DeskRequest) -> HttpResponse:
    """Those of the letters that the address names which may still be printed, as one file."""
    now = timezone.now()
    letters = _printable(_named(request), now)
    try:
        pdf = print_letters(letters, now)
    except NoLetter as error:
        raise Http404(str(error)) from error
    case_ids = [letter.participant.case_id for letter in letters]
    log_list_reading(
        case_ids=case_ids, user=request.user, reason=ReadReason.OUTBOX, at=now, detail="letters printed"
    )
    name = f"{timezone.localtime(now):%Y-%m-%d-%H%M}-{len(letters)}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
@for_case_workers
def note_printed(request: DeskRequest) -> HttpResponse:
    """Say that the letters which the address of the form names were printed; what came since waits on."""
    ids = [letter.pk for letter in _named(request)]
    count = mark_letters_printed(notice_ids=ids, by=request.by, at=timezone.now())
    if not count:
        messages.info(request, _("Nothing is left to note: somebody has settled these letters already."))
        return redirect("desk:outbox")
    words = ngettext(
        "%(count)s letter is noted as printed.", "%(count)s letters are noted as printed.", count
    )
    messages.success(request, words % {"count": count})
    return redirect("desk:outbox")


def _named(request: DeskRequest) -> list[Notice]:
    """The letters that are named and that the person may see, the oldest first; 404 where there is none."""
    rows = notices_for_staff(request.user, by=request.by).filter(channel=NoticeChannel.LETTER)
    letters = list(rows.filter(pk__in=_ids(request)).order_by("id"))
    if not letters:
        raise Http404("of")
    return letters


def _printable(letters: list[Notice], at: datetime) -> list[Notice]:
    return [letter for letter in letters if letter.may_be_printed(at)]


def _ids(request: HttpRequest) -> list[int]:
    parts = request.GET.get("of", "").split(_BETWEEN)[:LETTERS_AT_ONCE]
    return [int(part) for part in parts if part.isdecimal() and len(part) < 19]


def _join(letters: list[Notice]) -> str:
    return _BETWEEN.join(str(letter.pk) for letter in letters)
