"""The queue of a person: which cases wait for her or her departments, page by page, and how many of what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q, Subquery

from cases.access import visible_cases
from cases.actors import Actor
from cases.models import Case
from cases.models.case_set import CaseQuerySet, promise_is_over, term_is_over
from cases.queries.contacts import call_backs_due
from cases.queries.queue_rows import COLUMNS, RELATED, Cursor, QueueRow, make_rows
from cases.queries.sql import IsOpen, RowCompare, capped_counts, union_of_keys
from cases.states import WAITING, Status
from routing.models import Role, User

PAGE_SIZE = 25
COUNT_CAP = 500
# Cases that came in so recently are shown above the queue, which begins with those that wait longest.
ARRIVALS_WITHIN = timedelta(minutes=15)
ARRIVALS = 5
_NEWEST_IDS = 500
# More departments than this are most of the city: walking the whole queue in order is cheaper then.
_MERGED_DEPARTMENTS = 8
_ORDER = ("queue_rank", "received_at", "id")
_ALL_CITY = (Role.AGENT, Role.DISPATCHER, Role.HEAD, Role.DPO)


class Scope(StrEnum):
    """Whose cases: all that the person may see, her departments', or her own."""

    ALL = "all"
    DEPARTMENTS = "departments"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the person asked for; empty values do not narrow."""

    scope: Scope | None = None
    status: str = ""
    urgency: str = ""
    category: str = ""
    needs_person: bool = False
    overdue: bool = False
    waiting: bool = False

    @property
    def is_narrowed(self) -> bool:
        return self != QueueFilter()


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows in order; ``newer`` and ``older`` are where the neighbouring pages begin, None at an end."""

    rows: tuple[QueueRow, ...]
    before: Cursor | None
    after: Cursor | None


def default_scope(by: Actor) -> Scope:
    """Who looks after the whole city begins with all cases, a department with its own."""
    return Scope.ALL if by.role in _ALL_CITY else Scope.DEPARTMENTS


def queue_page(
    user: User,
    by: Actor,
    wanted: QueueFilter,
    *,
    at: datetime,
    after: Cursor | None = None,
    before: Cursor | None = None,
) -> QueuePage:
    """One page of the person's queue: most urgent first, then those that wait longest."""
    cases = _wanted(user, by, wanted, at)
    backwards = before is not None and after is None
    found = list(_in_order(cases, by, wanted, after, before))
    has_more = len(found) > PAGE_SIZE
    found = found[:PAGE_SIZE]
    if backwards:
        found.reverse()
    rows = make_rows(found)
    if not rows:
        return QueuePage((), None, None)
    has_before = has_more if backwards else after is not None
    has_after = True if backwards else has_more
    return QueuePage(rows, rows[0].cursor if has_before else None, rows[-1].cursor if has_after else None)


def arrivals(user: User, by: Actor, *, at: datetime, besides: frozenset[str]) -> tuple[QueueRow, ...]:
    """The newest open cases of the last minutes that the person may see and does not have on her page."""
    # Ids rise with time: the newest cases stand at the end of the table, and nobody looks further back.
    last = Case.objects.order_by("-pk").annotate(floor=F("pk") - _NEWEST_IDS).values("floor")[:1]
    cases = visible_cases(user, by).filter(IsOpen(), pk__gt=Subquery(last))
    fresh = _scoped(cases, by, default_scope(by)).filter(received_at__gt=at - ARRIVALS_WITHIN)
    newest = fresh.exclude(reference__in=besides).select_related(*RELATED).only(*COLUMNS)
    return make_rows(list(newest.order_by("-id")[:ARRIVALS]))


def queue_counts(user: User, by: Actor, *, at: datetime) -> dict[str, int]:
    """The counters above the queue, each counted up to ``COUNT_CAP`` + 1."""
    cases = visible_cases(user, by)
    own = _scoped(cases, by, default_scope(by))
    counts = capped_counts(
        {
            "new": own.filter(IsOpen(), status=Status.NEW if by.role in _ALL_CITY else Status.ASSIGNED),
            "needs_person": own.filter(needs_person=True),
            "mine": cases.filter(IsOpen(), assignee_id=by.user_id),
            "overdue": own.filter(IsOpen(), promise_is_over(at)),
            # Apart: SQLite does not walk two partial indexes for one OR. Whatever has both is counted once.
            "late_by_law": own.filter(IsOpen(), term_is_over(at)).exclude(promise_is_over(at)),
            "waiting": own.filter(IsOpen(), status__in=WAITING),
            "call_backs": call_backs_due(user, by),
        },
        COUNT_CAP,
    )
    counts["overdue"] = min(counts["overdue"] + counts.pop("late_by_law"), COUNT_CAP + 1)
    return counts


def _wanted(user: User, by: Actor, wanted: QueueFilter, at: datetime) -> CaseQuerySet:
    cases = visible_cases(user, by)
    # Whoever wrote after the end asks for a person too, so these need not be open.
    cases = cases.filter(needs_person=True) if wanted.needs_person else cases.filter(IsOpen())
    if wanted.status:
        cases = cases.filter(status=wanted.status)
    if wanted.waiting:
        cases = cases.filter(status__in=WAITING)
    if wanted.urgency:
        cases = cases.filter(urgency=wanted.urgency)
    if wanted.category:
        cases = cases.filter(category__code=wanted.category)
    if wanted.overdue:
        cases = cases.filter(_is_overdue(at))
    return cases


def _scoped(cases: CaseQuerySet, by: Actor, scope: Scope) -> CaseQuerySet:
    if scope is Scope.MINE:
        return cases.filter(assignee_id=by.user_id)
    if scope is Scope.DEPARTMENTS:
        return cases.in_departments(by.departments)
    return cases


def _is_overdue(at: datetime) -> Q:
    return Q(IsOpen()) & (promise_is_over(at) | term_is_over(at))


def _in_order(
    cases: CaseQuerySet, by: Actor, wanted: QueueFilter, after: Cursor | None, before: Cursor | None
) -> CaseQuerySet:
    order: tuple[str, ...] = _ORDER
    if after is not None:
        cases = cases.filter(RowCompare(">", after.rank, after.received_at, after.case_id))
    elif before is not None:
        cases = cases.filter(RowCompare("<", before.rank, before.received_at, before.case_id))
        order = tuple(f"-{name}" for name in _ORDER)
    limit = PAGE_SIZE + 1
    scope = wanted.scope or default_scope(by)
    if scope is Scope.DEPARTMENTS and 1 < len(by.departments) <= _MERGED_DEPARTMENTS:
        cases = _merged(cases, by.departments, order, limit)
    else:
        cases = _scoped(cases, by, scope)
    return cases.select_related(*RELATED).only(*COLUMNS).order_by(*order)[:limit]


def _merged(
    cases: CaseQuerySet, departments: frozenset[int], order: tuple[str, ...], limit: int
) -> CaseQuerySet:
    """The first rows of each department by its own index, instead of sorting all that they have together."""
    firsts = [cases.filter(department_id=pk).order_by(*order)[:limit] for pk in sorted(departments)]
    return Case.objects.filter(pk__in=union_of_keys(firsts))
