"""Recording what triage found: the prediction, the suggestions, and the route where the machine may take it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from cases.access import is_kept_away
from cases.actors import SYSTEM_ACTOR
from cases.deadlines import CLOCK_FIELDS, set_clocks
from cases.models import Case, CaseEvent, CaseParticipant, EventKind, Prediction
from cases.models.codes import URGENCY_RANK, Held
from cases.payloads import Routed, Triaged
from cases.services._deciding import decided_before
from cases.services._files import settle_evidence
from cases.services._steps import save
from cases.states import Status
from cases.timeline import record_event, ring_again
from cases.triage import Decision
from cases.work import MAX_ATTEMPTS, finish
from routing.models import Department

_READ_FIELDS = (
    "language",
    "category",
    "kind",
    "urgency",
    "queue_rank",
    "street",
    "house_number",
    "area",
    "is_restricted",
)
_FIELDS = (*_READ_FIELDS, "is_public", "needs_person", "status", "department", "assignee", *CLOCK_FIELDS)


@transaction.atomic(durable=True)
def record_triage(*, event_id: int, work_id: int, decision: Decision, at: datetime) -> Case:
    """Write the prediction and, when allowed, pass the case on; the work row goes in the same transaction.

    A case that a person moved or classified meanwhile keeps what the person decided; a repeat writes nothing.
    """
    event = CaseEvent.objects.get(pk=event_id)
    case = Case.objects.lock(event.case_id)
    if not Prediction.objects.filter(event=event).exists():
        _record(case, event, decision, at)
    finish(work_id)
    return case


@transaction.atomic(durable=True)
def leave_unread(*, event_id: int, at: datetime) -> Case:
    """The machine could not read the case: a person does. Once, and only while nobody has decided anything.

    What was not read stays restricted, so it is the dispatchers who are asked. A later reading is not kept from it.
    """
    event = CaseEvent.objects.get(pk=event_id)
    case = Case.objects.lock(event.case_id)
    if case.status == Status.NEW and not case.needs_person and not _was_decided(case):
        case.needs_person = True
        save(case, at, "needs_person")
        ring_again(event)
    return case


def given_up_unread(consumer: str, *, at: datetime) -> list[int]:
    """The events whose reading failed for the last time while nobody was asked to look at their cases."""
    is_over = Q(work__lease_until__isnull=True) | Q(work__lease_until__lt=at)
    decided = CaseEvent.objects.filter(case=OuterRef("case"), kind=EventKind.CLASSIFIED)
    rows = CaseEvent.objects.filter(
        is_over,
        ~Exists(decided),
        work__consumer=consumer,
        work__attempts__gte=MAX_ATTEMPTS,
        case__status=Status.NEW,
        case__needs_person=False,
    )
    return list(rows.values_list("pk", flat=True))


def _record(case: Case, event: CaseEvent, decision: Decision, at: datetime) -> None:
    department = Department.objects.filter(code=decision.choice.department).first()
    is_untouched = case.status == Status.NEW and not _was_decided(case)
    may_have = department is not None and not is_kept_away(case, department)
    is_routed = is_untouched and decision.is_routed and may_have
    held = None if is_routed else _held(decision, is_untouched=is_untouched)
    _keep_prediction(case, event, decision, department, held, at)
    if not is_untouched:
        return
    was_user = case.assignee_id
    _apply(case, decision)
    if decision.understanding.is_language_known:
        _set_language(case, decision.understanding.language)
    if is_routed and department is not None:
        case.route(department)
    else:
        case.needs_person = True
    if case.is_settled:
        set_clocks(case)
    save(case, at, *_FIELDS)
    settle_evidence(case)
    top = decision.understanding.categories[0] if decision.understanding.categories else None
    payload = Triaged(
        model_version=decision.understanding.model_version,
        category=top.code if top else None,
        probability=round(top.probability, 4) if top else 0.0,
        is_restricted=case.is_restricted,
        needs_person=case.needs_person,
    )
    record_event(case, payload, by=SYSTEM_ACTOR, at=at)
    if is_routed and department is not None:
        reason = decision.choice.reasons[0]
        routed = Routed(department.code, reason.code, reason.rule, was_user)
        record_event(case, routed, by=SYSTEM_ACTOR, at=at)


def _held(decision: Decision, *, is_untouched: bool) -> tuple[Held, ...]:
    """Why it was not passed on: what triage says, and what only shows now that the case is locked."""
    if not is_untouched:
        return (*decision.held, Held.PERSON_FIRST)
    return decision.held if not decision.is_routed else (Held.KEPT_AWAY,)


def _was_decided(case: Case) -> bool:
    """A person classified the case while the machine was reading it."""
    return CaseEvent.objects.filter(case=case, kind=EventKind.CLASSIFIED).exists()


def _apply(case: Case, decision: Decision) -> None:
    """Take over what was read. A category is set only when it carries the route; else it stays a suggestion."""
    case.urgency, case.queue_rank = decision.urgency, URGENCY_RANK[decision.urgency]
    case.street, case.house_number, case.area = decision.street, decision.house_number, decision.area
    case.is_restricted = decision.may_be_legal
    if decision.is_routed:
        case.category, case.kind = decision.category, decision.kind or ""
        case.is_public = bool(decision.category and decision.category.may_be_public)


def _set_language(case: Case, language: str) -> None:
    """A mail does not say its language: what was read becomes the language of the answers."""
    if not case.language:
        case.language = language
        CaseParticipant.objects.filter(case=case, language="").update(language=language)


def _keep_prediction(
    case: Case,
    event: CaseEvent,
    decision: Decision,
    department: Department | None,
    held: tuple[Held, ...] | None,
    at: datetime,
) -> None:
    """``held``: why the case was left for a person; None when it was not."""
    understanding = decision.understanding.to_dict()
    suggestions = understanding["categories"]
    Prediction.objects.create(
        case=case,
        event=event,
        model_version=decision.understanding.model_version,
        language=decision.understanding.language,
        suggestions=suggestions,
        first_code=suggestions[0]["code"] if suggestions else "",
        findings={
            "kind": understanding["kind"],
            "urgency": understanding["urgency"],
            "place": understanding["place"],
            "noncase": understanding["noncase"],
            "reasons": understanding["reasons"],
            "held": list(held or ()),
        },
        reasons=[{"code": r.code, "rule": r.rule, "words": list(r.words)} for r in decision.choice.reasons],
        department=department,
        was_routed=held is None,
        created_at=at,
        **decided_before(case),
    )
