"""What follows from a decision of a person: the legal gate, and what the classifier learns. Opens no transaction."""

from datetime import datetime
from typing import Any

from cases.actors import Actor
from cases.deadlines import resume_promise
from cases.models import Case, CaseEvent, EventKind, Prediction
from cases.payloads import Returned
from cases.states import DISPATCH, Outcome
from classifiers.corpus import SPAM

_DECIDED = (
    "decided_category",
    "decided_kind",
    "decided_urgency",
    "decided_noncase",
    "decided_by",
    "decided_at",
    "decided_by_ending",
    "was_corrected",
    "example_at",
)


def is_behind_gate(case: Case) -> bool:
    """Whether it is, or may be, a matter of law: only a dispatcher says that it is not."""
    return case.is_restricted or case.is_legal


def put_behind_gate(case: Case, by: Actor, at: datetime) -> Returned | None:
    """A matter of law that nobody of the dispatchers has seen goes to them; fields only.

    Returns the event to record when a department had it. A dispatcher's own decision stays where it is.
    """
    if by.role in DISPATCH:
        return None
    case.needs_person = True
    if case.department is None:
        return None
    was_department, was_user = case.department.code, case.assignee_id
    case.return_to_desk()
    resume_promise(case, at)
    return Returned(was_department, None, was_user)


def learn(case: Case, was_category: str | None, by: Actor, at: datetime) -> None:
    """Keep on the last prediction what the person decided; one that comes later finds it by ``decided_before``.

    ``was_category``: the topic until now; a topic where there was none corrects nobody.
    """
    last = _last_prediction(case)
    if last is not None:
        is_other = case.category is not None and was_category not in (None, case.category.code)
        # Taken for spam and opened again, it is as nobody had said so.
        last.was_corrected = is_other or (last.was_corrected and not last.decided_noncase)
        last.decided_noncase = ""
        _decide(last, case, by, at)


def learn_from_end(case: Case, by: Actor, at: datetime) -> None:
    """Whoever ends a case that only the machine classified has confirmed it; spam is no case, whatever was said.

    What was taken for spam, opened again and ended otherwise is a case after all.
    """
    last = _last_prediction(case)
    if last is None:
        return
    if case.outcome == Outcome.SPAM:
        last.decided_noncase, last.was_corrected = SPAM, True
        _decide(last, case, by, at, is_by_ending=True)
    elif last.decided_noncase or (last.decided_at is None and case.category_id):
        last.was_corrected = last.was_corrected and not last.decided_noncase
        last.decided_noncase = ""
        _decide(last, case, by, at, is_by_ending=True)


def _last_prediction(case: Case) -> Prediction | None:
    return Prediction.objects.filter(case=case).order_by("-id").first()


def _decide(
    prediction: Prediction, case: Case, by: Actor, at: datetime, *, is_by_ending: bool = False
) -> None:
    is_case = not prediction.decided_noncase
    prediction.decided_category = case.category if is_case else None
    prediction.decided_kind = case.kind if is_case else ""
    prediction.decided_urgency = case.urgency
    prediction.decided_by_ending = is_by_ending
    prediction.decided_by_id, prediction.decided_at, prediction.example_at = by.user_id, at, None
    prediction.save(update_fields=_DECIDED)


def decided_before(case: Case) -> dict[str, Any]:
    """The columns of a prediction that say what a person decided before the machine read the case."""
    events = CaseEvent.objects.filter(case=case, actor_user__isnull=False)
    event = events.filter(kind=EventKind.CLASSIFIED).order_by("-id").first()
    if event is None and (case.category_id or case.kind):
        # Somebody of ours wrote the report down and chose for the caller.
        event = events.filter(kind=EventKind.RECEIVED).first()
    if event is None:
        return {}
    return {
        "decided_category": case.category,
        "decided_kind": case.kind,
        "decided_urgency": case.urgency,
        "decided_by_id": event.actor_user_id,
        "decided_at": event.occurred_at,
    }
