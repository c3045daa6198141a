"""The live queue, and the way from a number to its case."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.access import NoAccess, sees_contacts
from cases.queries.finding import find_case_for_staff
from cases.queries.queue import (
    COUNT_CAP,
    QueueFilter,
    QueuePage,
    Scope,
    arrivals,
    default_scope,
    queue_counts,
    queue_page,
)
from cases.queries.queue_rows import Cursor, QueueRow
from cases.queries.sql import capped_counts
from cases.states import Status
from contact_centre.desk.clocks import Clock, legal_clock, promise_clock
from contact_centre.desk.cursors import read_cursor, write_cursor
from contact_centre.desk.forms.queue import QueueForm
from contact_centre.desk.guard import DeskRequest, for_case_workers
from notifications.queries import Fate, notices_for_staff

_TEMPLATE = "desk/queue.html"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the queue with its clocks in words and its marks."""

    row: QueueRow
    promise: Clock | None
    legal: Clock | None
    is_fresh: bool
    is_changed: bool

    @property
    def css(self) -> str:
        is_late = any(clock is not None and clock.is_late for clock in (self.promise, self.legal))
        marks = {
            "is-danger": self.row.urgency == "DANGER",
            "is-late": is_late,
            "is-unread": self.is_fresh,
            "changed": self.is_changed,
        }
        return " ".join(name for name, is_set in marks.items() if is_set)


@dataclass(frozen=True, slots=True)
class Figure:
    """A counter above the queue that leads to what it counts."""

    label: str
    value: str
    url: str
    is_current: bool
    is_late: bool = False


@require_GET
@for_case_workers
def show_queue(request: DeskRequest) -> HttpResponse:
    """The queue as a page, or only its changing part when the open page asks for it."""
    at = timezone.now()
    form = QueueForm(request.GET)
    wanted = form.wanted()
    after, before = (read_cursor(request.GET.get(name, "")) for name in ("after", "before"))
    page = queue_page(request.user, request.by, wanted, at=at, after=after, before=before)
    seen = _Seen.of(request, at)
    context = {
        "form": form,
        "lines": [_line(row, seen, at) for row in page.rows],
        "arrivals": [_line(row, seen, at) for row in _arrivals(request, page, wanted, at)],
        "figures": _figures(request, wanted, at),
        "live_url": _address(request, **seen.params(at), **_positions(after, before)),
        "before_url": _address(request, before=write_cursor(page.before)) if page.before else "",
        "after_url": _address(request, after=write_cursor(page.after)) if page.after else "",
        "is_narrowed": wanted.is_narrowed,
        "is_first": after is None and before is None,
    }
    is_part = request.htmx and not request.htmx.history_restore_request
    return render(request, f"{_TEMPLATE}#rows" if is_part else _TEMPLATE, context)


@require_GET
@for_case_workers
def find_case(request: DeskRequest) -> HttpResponse:
    """From a number that somebody reads out to the case."""
    reference = request.GET.get("reference", "").strip().upper()[:32]
    try:
        case = find_case_for_staff(request.user, reference, request.by)
    except NoAccess:
        messages.warning(
            request, _("There is no case %(reference)s that you may see.") % {"reference": reference}
        )
        return redirect("desk:queue")
    return redirect("desk:case", case.reference)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the open page has shown: since when it is open, and when it was last refreshed."""

    opened: datetime
    refreshed: datetime

    @classmethod
    def of(cls, request: DeskRequest, at: datetime) -> "_Seen":
        return cls(_moment(request.GET.get("opened", "")) or at, _moment(request.GET.get("since", "")) or at)

    def params(self, at: datetime) -> dict[str, str]:
        return {"opened": f"{self.opened.timestamp():.0f}", "since": f"{at.timestamp():.0f}"}


def _moment(text: str) -> datetime | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= 11
    return datetime.fromtimestamp(int(text), UTC) if is_number else None


def _line(row: QueueRow, seen: _Seen, at: datetime) -> Line:
    return Line(
        row=row,
        promise=promise_clock(row.due_at, is_paused=row.is_paused, at=at),
        legal=legal_clock(row.legal_due_date, today=timezone.localdate(at)),
        is_fresh=row.received_at > seen.opened,
        is_changed=row.updated_at > seen.refreshed,
    )


def _arrivals(
    request: DeskRequest, page: QueuePage, wanted: QueueFilter, at: datetime
) -> tuple[QueueRow, ...]:
    if wanted.is_narrowed:
        return ()
    shown = frozenset(row.reference for row in page.rows)
    return arrivals(request.user, request.by, at=at, besides=shown)


def _figures(request: DeskRequest, wanted: QueueFilter, at: datetime) -> list[Figure]:
    counts = queue_counts(request.user, request.by, at=at)
    looks_after_all = default_scope(request.by) is Scope.ALL
    first = Status.NEW if looks_after_all else Status.ASSIGNED
    rows = [
        (str(first.label), "new", QueueFilter(status=first)),
        (_("Needs a person"), "needs_person", QueueFilter(needs_person=True)),
        (_("Mine"), "mine", QueueFilter(scope=Scope.MINE)),
        (_("Overdue"), "overdue", QueueFilter(overdue=True)),
        (_("Waiting"), "waiting", QueueFilter(waiting=True)),
    ]
    figures = [
        Figure(
            label=label,
            value=_capped(counts[name]),
            url=_filter_url(target),
            is_current=wanted == target,
            is_late=name == "overdue" and counts[name] > 0,
        )
        for label, name, target in rows
    ]
    if sees_contacts(request.by):
        url = f"{reverse('desk:contacts')}?due=on"
        figures.append(Figure(_("To call back"), _capped(counts["call_backs"]), url, is_current=False))
    return [*figures, _to_notify(request)]


def _to_notify(request: DeskRequest) -> Figure:
    """The notices that no machine can hand over: to tell by phone, to print, or failed."""
    waiting = notices_for_staff(request.user, Fate.TO_DO, request.by)
    count = capped_counts({"waiting": waiting}, COUNT_CAP)["waiting"]
    url = f"{reverse('desk:outbox')}?fate={Fate.TO_DO}"
    return Figure(_("To notify"), _capped(count), url, is_current=False)


def _capped(count: int) -> str:
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count)


def _filter_url(wanted: QueueFilter) -> str:
    query = QueryDict(mutable=True)
    for name in ("scope", "status"):
        if getattr(wanted, name):
            query[name] = str(getattr(wanted, name))
    for name in ("needs_person", "overdue", "waiting"):
        if getattr(wanted, name):
            query[name] = "on"
    return f"{reverse('desk:queue')}?{query.urlencode()}"


def _positions(after: Cursor | None, before: Cursor | None) -> dict[str, str]:
    given = {"after": after, "before": before}
    return {name: write_cursor(cursor) for name, cursor in given.items() if cursor is not None}


def _address(request: DeskRequest, **params: str) -> str:
    """This queue with the same filters, elsewhere or at another moment."""
    query = request.GET.copy()
    for name in ("after", "before", "opened", "since"):
        query.pop(name, None)
    for name, value in params.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path
