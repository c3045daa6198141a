"""Moving a case through the house: take, classify, route, start, plan, ask, hand on."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from cases.access import is_kept_away
from cases.actors import Actor
from cases.deadlines import (
    LEGAL_FIELDS,
    PROMISE_FIELDS,
    Clocks,
    clocks_of,
    least_answer_day,
    pause_promise,
    resume_promise,
    set_clocks,
)
from cases.models import Audience, Case, MessagePurpose
from cases.models.codes import URGENCY_RANK
from cases.payloads import (
    Classified,
    Planned,
    QuestionAsked,
    Reassigned,
    Returned,
    Routed,
    Started,
    Taken,
)
from cases.services._deciding import is_behind_gate, learn, put_behind_gate
from cases.services._files import settle_evidence
from cases.services._steps import Refused, save, write_message
from cases.states import DEPARTMENT, DESK, DISPATCH, Status
from cases.timeline import record_event
from routing.legal_days import rolled
from routing.models import Category, Department, Kind, Urgency


class AlreadyTaken(Refused):
    """Another person has the case."""


class CannotTake(Refused): ...


class CannotClassify(Refused): ...


class LegalGate(CannotClassify):
    """Only a dispatcher says that something is no matter of law."""


class CannotRoute(Refused): ...


class NotDecided(CannotRoute):
    """Category or kind is open: the case would have no clock."""


class CannotStart(Refused): ...


class CannotPlan(Refused): ...


class CannotAsk(Refused): ...


class TooSoon(CannotAsk):
    """In a matter of law the resident has at least seven days to answer (KPA art. 64 § 2)."""


class NobodyReachable(CannotAsk):
    """There is nobody to ask: no participant left a way to be reached."""


class CannotReassign(Refused): ...


class CannotReturn(Refused): ...


_CLASSIFIERS = frozenset({*DESK, *DEPARTMENT})
_RETURN_FIELDS = ("status", "department", "assignee", "resume_status", "needs_person", *PROMISE_FIELDS)
_READ_FIELDS = (
    "category",
    "kind",
    "urgency",
    "queue_rank",
    "is_restricted",
    "is_kind_decided",
    "is_public",
)
_CLASSIFY_FIELDS = (*_READ_FIELDS, *_RETURN_FIELDS, *LEGAL_FIELDS)


@transaction.atomic(durable=True)
def take_case(
    *, case_id: int, by: Actor, at: datetime, version: int | None = None, is_takeover: bool = False
) -> Case:
    """Make the actor the case's assignee. Raises CannotTake, or AlreadyTaken when a colleague has it.

    ``is_takeover`` takes it from the colleague. A new case goes on needing a person: one who passes it on.
    """
    case = Case.objects.lock(case_id, version)
    if by.user_id is None or not (case.is_open and case.may_work(by)):
        raise CannotTake(case.reference)
    was = case.assignee_id if case.assignee_id != by.user_id else None
    if was is not None and not is_takeover:
        raise AlreadyTaken(case.reference)
    case.assignee_id = by.user_id
    case.needs_person = case.needs_person and case.status == Status.NEW
    save(case, at, "assignee", "needs_person")
    record_event(case, Taken(by.user_id, was), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def classify_case(
    *,
    case_id: int,
    category: Category,
    kind: Kind,
    urgency: Urgency,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Case:
    """Decide category, kind and urgency; the clocks follow from the unchanged receipt.

    The last prediction learns what the person decided. What turns out to be a matter of law goes back to the
    dispatchers, unless one of them decided it. Raises CannotClassify, or LegalGate for anybody but a dispatcher
    who calls a matter of law, or what may be one, something else.
    """
    case = Case.objects.lock(case_id, version)
    if by.role not in _CLASSIFIERS or not (case.is_open and case.may_work(by)):
        raise CannotClassify(case.reference)
    if is_behind_gate(case) and not Kind(kind).is_legal and by.role not in DISPATCH:
        raise LegalGate(case.reference)
    was = (case.category.code if case.category else None, case.kind, case.is_restricted)
    clocks = clocks_of(case)
    is_found_legal = Kind(kind).is_legal and not case.is_legal
    case.category, case.kind = category, kind
    case.urgency, case.queue_rank = urgency, URGENCY_RANK[urgency]
    case.is_restricted = Kind(kind).is_legal
    # What a department finds of another law than the dispatcher said stays where it is, and decided.
    case.is_kind_decided = by.role in DISPATCH or (case.is_kind_decided and not is_found_legal)
    case.is_public = category.may_be_public and not case.is_restricted
    set_clocks(case)
    returned = put_behind_gate(case, by, at) if is_found_legal else None
    save(case, at, *_CLASSIFY_FIELDS)
    settle_evidence(case)
    learn(case, was[0], by, at)
    record_event(
        case, Classified(category.code, kind, urgency, *was, *_moved(clocks, clocks_of(case))), by=by, at=at
    )
    if returned is not None:
        record_event(case, returned, by=by, at=at)
    return case


@transaction.atomic(durable=True)
def route_case(
    *, case_id: int, department: Department, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Pass a new case to a department, whose people then take it. A legal matter is routed by a dispatcher only.

    Raises NotDecided while category or kind is open, CannotRoute otherwise, also for a department that is closed
    or kept away from the case.
    """
    case = Case.objects.lock(case_id, version)
    may_pass_gate = not case.is_restricted or by.role in DISPATCH
    if not (case.may("route", by) and may_pass_gate and _may_have(case, department)):
        raise CannotRoute(case.reference)
    if not (case.category_id and case.kind):
        raise NotDecided(case.reference)
    was_user = case.assignee_id
    case.route(department)
    # Behind the gate only a dispatcher comes here, and takes the kind for decided.
    case.is_kind_decided = True
    save(case, at, "status", "department", "assignee", "needs_person", "is_kind_decided")
    record_event(case, Routed(department.code, "PERSON", None, was_user), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def start_work(*, case_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """The department starts; whoever starts an unassigned case has it. Raises CannotStart."""
    case = Case.objects.lock(case_id, version)
    if not case.may("start", by):
        raise CannotStart(case.reference)
    case.start()
    if case.assignee_id is None:
        case.assignee_id = by.user_id
    save(case, at, "status", "assignee", "needs_person")
    record_event(case, Started(), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def plan_work(
    *, case_id: int, planned_for: date, note: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Promise a day for the work, or a new day with its reason. Raises CannotPlan."""
    case = Case.objects.lock(case_id, version)
    is_new_date = case.status == Status.PLANNED
    if not case.may("plan", by) or planned_for < timezone.localdate(at) or (is_new_date and not note.strip()):
        raise CannotPlan(case.reference)
    case.plan(planned_for)
    save(case, at, "status", "planned_for", "needs_person")
    message = _to_resident(case, note, MessagePurpose.REASON, by, at) if note.strip() else None
    record_event(case, Planned(planned_for.isoformat(), message), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def ask_resident(
    *, case_id: int, question: str, answer_by: date, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Ask the resident and wait for her; the promise stands still. Raises CannotAsk, TooSoon or NobodyReachable.

    In a matter of law the question is a call to complete and warns of what follows when she does not answer.
    """
    case, today = Case.objects.lock(case_id, version), timezone.localdate(at)
    if not case.may("ask_resident", by) or not question.strip() or answer_by < today:
        raise CannotAsk(case.reference)
    if answer_by < least_answer_day(case, today):
        raise TooSoon(case.reference)
    if not any(participant.is_reachable for participant in case.participants.all()):
        raise NobodyReachable(case.reference)
    # A term of law that ends on a day off ends on the next working day (KPA art. 57 § 4): she is told that day.
    answer_by = rolled(answer_by) if case.is_legal else answer_by
    case.ask_resident(answer_by)
    pause_promise(case, at)
    save(case, at, "status", "resume_status", "answer_by", "needs_person", *PROMISE_FIELDS)
    message = _to_resident(case, question, MessagePurpose.QUESTION, by, at)
    record_event(case, QuestionAsked(message, answer_by.isoformat(), case.is_legal), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def reassign_case(
    *, case_id: int, department: Department, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Hand the case to another department, with a reason. Raises CannotReassign."""
    case = Case.objects.lock(case_id, version)
    is_same = case.department_id == department.pk
    if not case.may("reassign", by) or not reason.strip() or is_same or not _may_have(case, department):
        raise CannotReassign(case.reference)
    was, was_user = case.department.code if case.department else None, case.assignee_id
    case.reassign(department)
    resume_promise(case, at)
    save(case, at, "status", "department", "assignee", "resume_status", *PROMISE_FIELDS)
    note = _internal(case, reason, by, at)
    record_event(case, Reassigned(department.code, was, note, was_user), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def return_to_desk(*, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Give the case back to the contact centre, with a reason. Raises CannotReturn."""
    case = Case.objects.lock(case_id, version)
    if not case.may("return_to_desk", by) or not reason.strip():
        raise CannotReturn(case.reference)
    was, was_user = case.department.code if case.department else None, case.assignee_id
    case.return_to_desk()
    resume_promise(case, at)
    save(case, at, *_RETURN_FIELDS)
    note = _internal(case, reason, by, at)
    record_event(case, Returned(was, note, was_user), by=by, at=at)
    return case


def _moved(was: Clocks, now: Clocks) -> tuple[str | None, str | None, str | None, str | None]:
    """What the event keeps of the clocks: those that are over, and what residents were and are told."""
    promise = was.promise_due if was.promise_due != now.promise_due else None
    legal = was.legal_due if was.legal_due != now.legal_due else None
    return promise, legal, was.told, now.told


def _may_have(case: Case, department: Department) -> bool:
    return department.is_active and not is_kept_away(case, department)


def _to_resident(case: Case, words: str, purpose: MessagePurpose, by: Actor, at: datetime) -> int:
    return write_message(case, words, audience=Audience.RESIDENT, purpose=purpose, by=by, at=at).pk


def _internal(case: Case, words: str, by: Actor, at: datetime) -> int:
    reason = MessagePurpose.REASON
    return write_message(case, words, audience=Audience.INTERNAL, purpose=reason, by=by, at=at).pk
