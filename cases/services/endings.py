"""How a case ends and comes back: resolve, confirm, close, withdraw, reopen."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cases.actors import SYSTEM_ACTOR, Actor, ActorKind
from cases.deadlines import PROMISE_FIELDS, resume_promise
from cases.models import REOPEN_DAYS, Audience, Case, MessagePurpose, ParticipantRole
from cases.payloads import Closed, Confirmed, Detached, Reopened, Resolved, Withdrawn
from cases.services._steps import Refused, save, write_message
from cases.states import Outcome, Status
from cases.timeline import record_event
from routing.models import Kind, Urgency


class CannotResolve(Refused): ...


class AnswerMissing(CannotResolve):
    """The outcome needs words for the resident: what was done, or why not and what she can do."""


class OutcomeNotAllowed(CannotResolve):
    """UNEXAMINED is for legal kinds; FORWARDED names the other authority."""


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

    Raises CannotResolve, AnswerMissing (all outcomes but SPAM need an answer) or OutcomeNotAllowed.
    """
    case = Case.objects.lock(case_id, version)
    if not case.may("resolve", by):
        raise CannotResolve(case.reference)
    _check_outcome(case, outcome, answer, authority)
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
    message = _answer(case, answer, outcome, by, at) if answer.strip() else None
    record_event(case, Resolved(outcome, message), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def confirm_case(*, case_id: int, by: Actor, at: datetime) -> Case:
    """The resident says that it is done: the case closes before its time. Raises CannotConfirm."""
    case = Case.objects.lock(case_id)
    if not case.may("close", by):
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
    """Open the case again, with a reason: residents within 14 days of the answer. Raises CannotReopen."""
    case = Case.objects.lock(case_id, version)
    if not case.may_reopen(by, timezone.localdate(at)) or not reason.strip():
        raise CannotReopen(case.reference)
    case.reopen()
    save(case, at, "status", "outcome", "resolved_at", "reopened_count", "needs_person")
    message = write_message(case, reason, audience=_audience(by), purpose=_purpose(by), by=by, at=at)
    record_event(case, Reopened(message.pk), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def withdraw_case(*, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Withdraw the request. Raises CannotWithdraw.

    A hazard stays a hazard, a case that others were merged into stays theirs, and a follower has not asked for it:
    there only the person leaves.
    """
    case = Case.objects.lock(case_id, version)
    if not case.may("withdraw", by):
        raise CannotWithdraw(case.reference)
    is_of_others = case.merged.exists()
    if by.kind is ActorKind.RESIDENT and (is_of_others or _is_hazard(case) or not _may_speak_for(case, by)):
        return _detach(case, by, at)
    if is_of_others:
        raise CannotWithdraw(case.reference)
    case.withdraw(at)
    resume_promise(case, at)
    save(case, at, "status", "resolved_at", "resume_status", "needs_person", *PROMISE_FIELDS)
    note = None
    if reason.strip():
        note = write_message(case, reason, audience=_audience(by), purpose=_purpose(by), by=by, at=at).pk
    record_event(case, Withdrawn(note), by=by, at=at)
    return case


def due_for_closing(at: datetime) -> list[int]:
    """Resolved cases whose days for reopening are over."""
    before = at - timedelta(days=REOPEN_DAYS)
    rows = Case.objects.filter(status=Status.RESOLVED, resolved_at__lte=before).order_by("resolved_at", "id")
    return list(rows.values_list("pk", flat=True)[:1000])


def _check_outcome(case: Case, outcome: Outcome, answer: str, authority: str) -> None:
    if outcome != Outcome.SPAM and not answer.strip():
        raise AnswerMissing(case.reference)
    if outcome == Outcome.UNEXAMINED and not case.is_legal:
        raise OutcomeNotAllowed(case.reference)
    if outcome == Outcome.FORWARDED and not authority.strip():
        raise OutcomeNotAllowed(case.reference)


def _answer(case: Case, answer: str, outcome: Outcome, by: Actor, at: datetime) -> int:
    audience = Audience.INTERNAL if outcome == Outcome.SPAM else Audience.RESIDENT
    return write_message(case, answer, audience=audience, purpose=MessagePurpose.ANSWER, by=by, at=at).pk


def _may_speak_for(case: Case, by: Actor) -> bool:
    roles = (ParticipantRole.REPORTER, ParticipantRole.REPRESENTATIVE)
    return case.participants.filter(pk=by.participant_id or 0, role__in=roles).exists()


def _is_hazard(case: Case) -> bool:
    return case.kind == Kind.REPORT and case.urgency != Urgency.NORMAL


def _detach(case: Case, by: Actor, at: datetime) -> Case:
    participant = case.participants.get(pk=by.participant_id or 0)
    participant.detached_at = at
    participant.save(update_fields=["detached_at"])
    save(case, at)
    record_event(case, Detached(participant.pk), by=by, at=at)
    return case


def _audience(by: Actor) -> Audience:
    return Audience.RESIDENT if by.kind is ActorKind.RESIDENT else Audience.INTERNAL


def _purpose(by: Actor) -> MessagePurpose:
    return MessagePurpose.REPLY if by.kind is ActorKind.RESIDENT else MessagePurpose.REASON
