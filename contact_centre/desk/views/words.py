"""The words of notices: looked at and tried, written by an administrator, taken back, given back to the file."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.access import NoAccess
from cases.models import ReadReason
from cases.queries.finding import find_case_for_staff
from cases.services.privacy import log_reading
from contact_centre.desk import words_page as page
from contact_centre.desk.forms.words import PART_LABELS, WordsForm
from contact_centre.desk.guard import AdminRequest, WordsRequest, for_administrators, for_keepers_of_words
from contact_centre.web.limits import Limit
from notifications.channels.sms.segments import Length
from notifications.models import Wording
from notifications.rendering import Rendered
from notifications.rewording import CannotReword, StaleWords, last_change, reword
from notifications.trials import CannotTry, send_trial
from notifications.wordings import KINDS, allowed_in, changed_words, file_words
from routing.models import Role
from routing.models.loaded import LANGUAGES

TRIAL_LIMIT = Limit("trial", count=30, seconds=3600)
MOST_CHANGES = 50
# How it reads, and how long it is where it goes by text message.
Tried = tuple[Rendered, Length | None]
# Styles of the mail, nothing else; no script, no form, no frame, no window.
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)


@require_GET
@for_keepers_of_words
def show_words(request: WordsRequest) -> HttpResponse:
    """All kinds of notices in all languages, and where the city says it in its own words."""
    return render(request, "desk/words.html", {"rows": page.rows(), "languages": LANGUAGES})


@require_http_methods(["GET", "POST"])
@for_keepers_of_words
def try_words(request: WordsRequest, kind: str, language: str) -> HttpResponse:
    """The words of one kind, and by POST how they would read; ``as_page`` shows the mail itself, on a page of its own.

    Nothing is kept. A sample holds no personal data; a real case is for those who may see it, and is logged.
    """
    kind = _known(kind, language)
    form = _form(request, kind, language)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    tried = _preview(request, form, as_page="as_page" in request.POST)
    if tried is None:
        return _page(request, form)
    if "as_page" not in request.POST:
        return _page(request, form, tried)
    return HttpResponse(tried[0].html, headers={"Content-Security-Policy": _PAGE_POLICY})


@require_POST
@for_administrators
def change_words(request: AdminRequest, kind: str, language: str, name: str) -> HttpResponse:
    """Save the words, send them to oneself, take older ones back, or give all back to the file."""
    kind = _known(kind, language)
    if name not in _WAYS:
        raise Http404(name)
    return _WAYS[name](request, kind, language)


def _save(request: AdminRequest, kind: str, language: str) -> HttpResponse:
    form = _form(request, kind, language)
    if form.is_valid():
        form.ask_about_missing()
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    try:
        written = _reword(request, form, note=given["note"], seen=given["seen"])
    except StaleWords:
        form.add_error(None, _("Somebody has changed these words meanwhile. Compare with the changes below."))
        # The change stands on this page: what is sent from it is sent knowing of it.
        return _page(request, form, seen=last_change(kind, language))
    messages.success(request, _("Saved.") if written else _("Nothing has changed."))
    return redirect("desk:words_of", kind.lower(), language)


def _send(request: AdminRequest, kind: str, language: str) -> HttpResponse:
    form = _form(request, kind, language)
    if not form.is_valid():
        return _page(request, form)
    tried = _sample(form)
    if TRIAL_LIMIT.is_passed(str(request.user.pk)):
        messages.error(request, _("You have sent very many trials in the last hour."))
        return _page(request, form, tried)
    try:
        send_trial(tried[0], to=request.user.email, at=timezone.now())
    except CannotTry as error:
        messages.error(request, _("The trial was not sent: %(reason)s") % {"reason": error})
    else:
        messages.success(
            request, _("A trial is on its way to %(address)s.") % {"address": request.user.email}
        )
    return _page(request, form, tried)


def _restore(request: AdminRequest, kind: str, language: str) -> HttpResponse:
    number = request.POST.get("wording", "")
    rows = Wording.objects.filter(kind=kind, language=language)
    row = get_object_or_404(rows, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
    return _put_back(request, kind, language, {row.part: row.text})


def _reset(request: AdminRequest, kind: str, language: str) -> HttpResponse:
    return _put_back(request, kind, language, dict.fromkeys(changed_words(kind, language), ""))


_WAYS: Final[dict[str, Callable[[AdminRequest, str, str], HttpResponse]]] = {
    "save": _save,
    "send": _send,
    "restore": _restore,
    "reset": _reset,
}


def _put_back(request: AdminRequest, kind: str, language: str, words: dict[str, str]) -> HttpResponse:
    try:
        reword(kind=kind, language=language, words=words, note="", user_id=request.user.pk, at=timezone.now())
    except CannotReword as error:
        messages.error(request, " ".join(error.problems.values()))
    else:
        messages.success(request, _("The words are as they were."))
    return redirect("desk:words_of", kind.lower(), language)


def _reword(request: AdminRequest, form: WordsForm, *, note: str, seen: int) -> list[Wording]:
    return reword(
        kind=form.kind,
        language=form.language,
        words=form.words,
        note=note,
        user_id=request.user.pk,
        at=timezone.now(),
        seen=seen,
    )


def _sample(form: WordsForm, *, as_page: bool = False) -> Tried:
    kind, language, words, facts = form.kind, form.language, form.words, form.chosen_sample().facts
    said = page.preview(kind, language, words, facts, as_page=as_page)
    return said, page.length_of_sample(kind, language, words, facts)


def _preview(request: WordsRequest, form: WordsForm, *, as_page: bool) -> Tried | None:
    """The words in the situation or the case asked for; None when that is a case that cannot be shown."""
    kind, language, words = form.kind, form.language, form.words
    reference = form.cleaned_data.get("reference", "")
    if not reference or request.by is None:
        return _sample(form, as_page=as_page)
    try:
        case = find_case_for_staff(request.user, reference, request.by)
    except NoAccess:
        form.add_error("reference", _("There is no such case that you may see."))
        return None
    notice, now = page.last_notice(case, kind), timezone.now()
    if notice is None:
        form.add_error("reference", _("Nobody was told this in that case."))
        return None
    log_reading(case_id=case.pk, user=request.user, reason=ReadReason.OUTBOX, at=now, detail=str(notice.pk))
    return page.preview_notice(notice, kind, language, words, now, as_page=as_page)


def _known(kind: str, language: str) -> str:
    """The kind as the code writes it; 404 for one that there is not."""
    if kind.upper() not in KINDS or language not in LANGUAGES:
        raise Http404(kind)
    return kind.upper()


def _form(request: AdminRequest, kind: str, language: str) -> WordsForm:
    return WordsForm(
        request.POST if request.method == "POST" else None,
        kind=kind,
        language=language,
        current=file_words(kind, language) | changed_words(kind, language),
        sees_cases=getattr(request, "by", None) is not None,
        initial={"seen": last_change(kind, language)},
    )


def _page(
    request: AdminRequest, form: WordsForm, tried: Tried | None = None, *, seen: int | None = None
) -> HttpResponse:
    kind, language = form.kind, form.language
    said, length = tried or (None, None)
    price = settings.SMS_PART_PRICE
    history = Wording.objects.filter(kind=kind, language=language).select_related("author").order_by("-id")
    context: dict[str, Any] = {
        "form": form,
        "seen": form["seen"].value() if seen is None else seen,
        "kind": kind.lower(),
        "label": page.label_of(kind),
        "language": language,
        "languages": LANGUAGES,
        "known": sorted(allowed_in(kind, language).names),
        "said": said,
        "length": length,
        "cost": length.cost(price) if length and price is not None else None,
        "history": [(row, PART_LABELS[row.part]) for row in history[:MOST_CHANGES]],
        "changed": changed_words(kind, language),
        "may_change": request.user.role == Role.ADMIN,
    }
    return render(request, "desk/words_of.html", context, status=422 if form.errors else 200)
