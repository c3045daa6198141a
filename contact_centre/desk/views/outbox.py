"""Notices and their fate: what was sent, what waits, and what a person still has to say or post."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.models import ReadReason
from cases.services.privacy import log_list_reading, log_reading
from contact_centre.desk.guard import DeskRequest, for_case_workers
from contact_centre.web.pages import PAGE_SIZE, position
from notifications.letters import tell_by_letter
from notifications.models import FAILURES, Notice, NoticeState
from notifications.printing import NoLetter, print_letter
from notifications.queries import (
    Fate,
    dead_letters,
    get_notice_for_staff,
    length_of,
    mail_stops,
    notices_for_staff,
    waiting_letters,
    words_to_pass_on,
)
from notifications.services import (
    CannotSettle,
    mark_called_back,
    mark_letter_printed,
    resend,
    resend_many,
    write_again,
)

_MANY = 1000
# What may be done by hand: the service, and what to say afterwards.
_WAYS: dict[str, tuple[Callable[..., Any], Any]] = {
    "called": (mark_called_back, gettext_lazy("Noted: the person was told by phone.")),
    "printed": (mark_letter_printed, gettext_lazy("Noted: the letter was printed.")),
    "letter": (tell_by_letter, gettext_lazy("The letter will be ready to print in a moment.")),
    "again": (resend, gettext_lazy("It will be sent again.")),
    "anyway": (write_again, gettext_lazy("It will be sent again, and so will what follows.")),
}


@require_GET
@for_case_workers
def show_outbox(request: DeskRequest) -> HttpResponse:
    """The notices of the cases that the person may see, the newest first; begins with those for a person."""
    fate = request.GET.get("fate", Fate.TO_DO)
    if fate not in Fate.values:
        raise Http404(fate)
    rows = notices_for_staff(request.user, fate, request.by)
    notices = list(rows.page_before(position(request), PAGE_SIZE + 1))
    older = notices[PAGE_SIZE - 1].pk if len(notices) > PAGE_SIZE else None
    is_part = bool(request.htmx and not request.htmx.history_restore_request)
    log_list_reading(
        case_ids=[notice.participant.case_id for notice in notices[:PAGE_SIZE]],
        user=request.user,
        reason=ReadReason.OUTBOX,
        at=timezone.now(),
        detail=fate,
        is_refresh=is_part,
    )
    context = {
        "notices": notices[:PAGE_SIZE],
        "fates": [(value, label, value == fate) for value, label in Fate.choices],
        "older_url": f"{request.path}?{urlencode({'fate': fate, 'before': str(older)})}" if older else "",
        "live_url": request.get_full_path(),
        "letters": waiting_letters(request.user, request.by) if fate == Fate.TO_DO else [],
        "dead_letters": dead_letters(request.user, request.by).count() if fate == Fate.TO_DO else 0,
    }
    return render(request, "desk/outbox.html#notices" if is_part else "desk/outbox.html", context)


@require_GET
@for_case_workers
def show_notice(request: DeskRequest, notice_id: int) -> HttpResponse:
    """One notice with its words, ready to be read aloud or printed."""
    notice = get_notice_for_staff(request.user, notice_id)
    _log(request, notice, str(notice.pk))
    length, now = length_of(notice), timezone.now()
    price = settings.SMS_PART_PRICE
    context = {
        "notice": notice,
        "words": words_to_pass_on(notice, now),
        "attempts": notice.tries.order_by("id"),
        "news": notice.news.order_by("occurred_at", "id"),
        "ways": _ways(notice),
        "length": length,
        "prints": notice.may_be_printed(now),
        "prints_until": notice.prints_until(),
        "cost": length.cost(price) if length and price is not None else None,
    }
    return render(request, "desk/notice.html", context)


@require_GET
@for_case_workers
def show_letter(request: DeskRequest, notice_id: int) -> HttpResponse:
    """The letter as a tagged PDF, also some days after it was printed; its words stand on the page of the notice
    too."""
    notice = get_notice_for_staff(request.user, notice_id)
    try:
        pdf = print_letter(notice, timezone.now())
    except NoLetter as error:
        raise Http404(str(notice_id)) from error
    _log(request, notice, f"{notice.pk} letter")
    name = f"{notice.participant.case.reference}-{notice.pk}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
@for_case_workers
def settle(request: DeskRequest, notice_id: int, name: str) -> HttpResponse:
    """Say that a person told the resident, or have a failed notice sent again."""
    notice = get_notice_for_staff(request.user, notice_id)
    if name not in _WAYS:
        raise Http404(name)
    service, done = _WAYS[name]
    try:
        service(notice_id=notice.pk, by=request.by, at=timezone.now())
    except CannotSettle:
        messages.error(request, _("Somebody has already settled this notice."))
    else:
        messages.success(request, str(done))
    return redirect("desk:outbox")


@require_POST
@for_case_workers
def resend_dead_letters(request: DeskRequest) -> HttpResponse:
    """Have everything sent again that was given up and that this person may see, as after an outage."""
    rows = dead_letters(request.user, request.by).order_by("id")
    ids = list(rows.values_list("pk", flat=True)[:_MANY])
    count = resend_many(notice_ids=ids, by=request.by, at=timezone.now())
    words = ngettext("%(count)s notice will be sent again.", "%(count)s notices will be sent again.", count)
    messages.success(request, words % {"count": count})
    return redirect("desk:outbox")


def _ways(notice: Notice) -> tuple[str, ...]:
    if notice.state in FAILURES:
        first = "anyway" if mail_stops([notice], at=timezone.now()) else "again"
        return (first, "called", "letter") if notice.may_become_letter else (first, "called")
    return {
        NoticeState.CALL_BACK_DUE: ("called",),
        NoticeState.LETTER_DUE: ("printed",),
    }.get(NoticeState(notice.state), ())


def _log(request: DeskRequest, notice: Notice, detail: str) -> None:
    log_reading(
        case_id=notice.participant.case_id,
        user=request.user,
        participant=notice.participant,
        reason=ReadReason.OUTBOX,
        at=timezone.now(),
        detail=detail,
    )
