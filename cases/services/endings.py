"""How a case ends and comes back: resolve, confirm, close, withdraw, reopen."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cases.actors import SYSTEM_ACTOR, Actor, ActorKind
from cases.deadlines import PROMISE_FIELDS, is_answer_day_over, pause_promise, resume_promise
from cases.models import (
    REOPEN_DAYS,
    Audience,
    Case,
    CaseEvent,
    CaseParticipant,
    EventKind,
    MessagePurpose,
    ParticipantRole,
)
from cases.payloads import Closed, Confirmed, Detached, Reopened, Resolved, Withdrawn
from cases.services._deciding import learn_from_end
from cases.services._steps import Refused, save, write_message
from cases.states import Outcome, Status
from cases.timeline import record_event


class CannotResolve(Refused): ...


class AnswerMissing(CannotResolve):
    """The outcome needs words for the resident: what was done, or why not and what she can do."""


class OutcomeNotAllowed(CannotResolve):
    """UNEXAMINED is for legal kinds; FORWARDED names the other authority."""


class TermNotOver(OutcomeNotAllowed):
    """UNEXAMINED comes after a call to complete, which warned of it, whose day has passed without an answer."""


class CannotConfirm(Refused): ...


class CannotReopen(Refused): ...


class CannotWithdraw(Refused): ...


@transaction.atomic(durable=True)
def resolve_case(
    *,
    case_id: int,
    outcome: Outcome,
    answer: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    authority: str = "",
) -> Case:
    """End the work with an outcome and the answer to the resident.

    Raises CannotResolve, AnswerMissing (all outcomes but SPAM need an answer), OutcomeNotAllowed or TermNotOver.
    """
    case = Case.objects.lock(case_id, version)
    if not case.may("resolve", by):
        raise CannotResolve(case.reference)
    _check_outcome(case, outcome, answer, authority, timezone.localdate(at))
    case.resolve(outcome, at)
    resume_promise(case, at)
    case.waiting_for = authority.strip()[:160] if outcome == Outcome.FORWARDED else case.waiting_for
    fields = (
        "status",
        "outcome",
        "resolved_at",
        "resume_status",
        "needs_person",
        "waiting_for",
        *PROMISE_FIELDS,
    )
    save(case, at, *fields)
    learn_from_end(case, by, at)
    message = _answer(case, answer, outcome, by, at) if answer.strip() else None
    record_event(case, Resolved(outcome, message), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def confirm_case(*, case_id: int, by: Actor, at: datetime) -> Case:
    """The resident says that it is done: the case closes before its time. Raises CannotConfirm, also for who only
    follows the case."""
    case = Case.objects.lock(case_id)
    if not (case.may("close", by) and _speaks(case, by)):
        raise CannotConfirm(case.reference)
    case.close()
    save(case, at, "status")
    record_event(case, Confirmed(), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def close_case(*, case_id: int, at: datetime) -> Case:
    """Close a resolved case when the days for reopening are over. Raises CannotConfirm when it is too early."""
    case = Case.objects.lock(case_id)
    is_due = case.resolved_at is not None and case.resolved_at <= at - timedelta(days=REOPEN_DAYS)
    if not (case.may("close", SYSTEM_ACTOR) and is_due):
        raise CannotConfirm(case.reference)
    case.close()
    save(case, at, "status")
    record_event(case, Closed(), by=SYSTEM_ACTOR, at=at)
    return case


@transaction.atomic(durable=True)
def reopen_case(*, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Open the case again, with a reason: residents within 14 days of the answer. Raises CannotReopen, also for who
    only follows the case.

    The promise stood still while the case was done; the term of law did not.
    """
    case = Case.objects.lock(case_id, version)
    may_reopen = case.may_reopen(by, timezone.localdate(at)) and _speaks(case, by)
    if not may_reopen or not reason.strip():
        raise CannotReopen(case.reference)
    pause_promise(case, case.resolved_at or at)
    resume_promise(case, at)
    case.reopen()
    save(case, at, "status", "outcome", "resolved_at", "reopened_count", "needs_person", *PROMISE_FIELDS)
    message = write_message(case, reason, audience=_audience(by), purpose=_purpose(by), by=by, at=at)
    record_event(case, Reopened(message.pk), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def withdraw_case(*, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Withdraw the request. Raises CannotWithdraw.

    A hazard stays a hazard, a case that was merged or that others were merged into is theirs too, and a follower
    has not asked for it: there only the person leaves. When staff note the withdrawal of a hazard, the reporter does.
    """
    case = Case.objects.lock(case_id, version)
    if not case.may_withdraw(by):
        raise CannotWithdraw(case.reference)
    leaving = _who_only_leaves(case, by)
    if leaving is not None:
        return _detach(case, leaving, reason, by, at)
    if case.is_hazard or case.merged.exists():
        raise CannotWithdraw(case.reference)
    case.withdraw(at)
    resume_promise(case, at)
    save(case, at, "status", "resolved_at", "resume_status", "needs_person", *PROMISE_FIELDS)
    record_event(case, Withdrawn(_keep_reason(case, reason, by, at)), by=by, at=at)
    return case


def due_for_closing(at: datetime) -> list[int]:
    """Resolved cases whose days for reopening are over."""
    before = at - timedelta(days=REOPEN_DAYS)
    rows = Case.objects.filter(status=Status.RESOLVED, resolved_at__lte=before).order_by("resolved_at", "id")
    return list(rows.values_list("pk", flat=True)[:1000])


def _check_outcome(case: Case, outcome: Outcome, answer: str, authority: str, today: date) -> None:
    if outcome != Outcome.SPAM and not answer.strip():
        raise AnswerMissing(case.reference)
    if outcome == Outcome.UNEXAMINED and not case.is_legal:
        raise OutcomeNotAllowed(case.reference)
    if outcome == Outcome.UNEXAMINED and not _was_called_in_vain(case, today):
        raise TermNotOver(case.reference)
    if outcome == Outcome.FORWARDED and not authority.strip():
        raise OutcomeNotAllowed(case.reference)


def _was_called_in_vain(case: Case, today: date) -> bool:
    """Whether the resident was called to complete, warned, and has not answered by the day (KPA art. 64 § 2).

    What she answers later, but before she is told the outcome, is an answer too.
    """
    told = CaseEvent.objects.filter(
        case=case,
        kind__in=(EventKind.QUESTION_ASKED, EventKind.RESIDENT_REPLIED, EventKind.MESSAGE_CAME),
    )
    last = told.order_by("-id").first()
    if last is None or not last.payload.get("warns"):
        return False
    return is_answer_day_over(date.fromisoformat(last.payload["answer_by"]), today)


def _answer(case: Case, answer: str, outcome: Outcome, by: Actor, at: datetime) -> int:
    audience = Audience.INTERNAL if outcome == Outcome.SPAM else Audience.RESIDENT
    return write_message(case, answer, audience=audience, purpose=MessagePurpose.ANSWER, by=by, at=at).pk


def _speaks(case: Case, by: Actor) -> bool:
    """Of the residents, whoever reported or speaks for her."""
    return by.kind is not ActorKind.RESIDENT or case.participants.get(pk=by.participant_id or 0).speaks


def _who_only_leaves(case: Case, by: Actor) -> CaseParticipant | None:
    """The participant with whose withdrawal the case does not end; None where it ends."""
    if by.kind is ActorKind.RESIDENT:
        own = case.participants.get(pk=by.participant_id or 0)
        is_of_others = case.status == Status.MERGED or case.merged.exists()
        return own if is_of_others or case.is_hazard or not own.speaks else None
    if not case.is_hazard:
        return None
    attached = case.participants.filter(detached_at__isnull=True, role=ParticipantRole.REPORTER)
    return attached.order_by("id").first()


def _detach(case: Case, participant: CaseParticipant, reason: str, by: Actor, at: datetime) -> Case:
    participant.detached_at = at
    participant.save(update_fields=["detached_at"])
    save(case, at)
    note = _keep_reason(case, reason, by, at)
    record_event(case, Detached(participant.pk, note), by=by, at=at)
    return case


def _keep_reason(case: Case, reason: str, by: Actor, at: datetime) -> int | None:
    if not reason.strip():
        return None
    return write_message(case, reason, audience=_audience(by), purpose=_purpose(by), by=by, at=at).pk


def _audience(by: Actor) -> Audience:
    return Audience.RESIDENT if by.kind is ActorKind.RESIDENT else Audience.INTERNAL


def _purpose(by: Actor) -> MessagePurpose:
    return MessagePurpose.REPLY if by.kind is ActorKind.RESIDENT else MessagePurpose.REASON
