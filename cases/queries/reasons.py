"""Why the machine passed a case on, in one sentence for the resident who reported it."""

from collections.abc import Sequence

from django.utils.translation import get_language

from cases.actors import ActorKind
from cases.models import Case, CaseEvent, CaseParticipant, EventKind, ParticipantRole, Prediction
from classifiers.explain import sentence_for_resident

_MOVES = (EventKind.ROUTED, EventKind.REASSIGNED, EventKind.RETURNED)


def route_reason(participant: CaseParticipant) -> str:
    """The sentence in the active language; empty unless the case lies where the machine passed it.

    Only the reporter reads words as reasons, and only those that she wrote herself: what one of us wrote down for a
    caller is not hers. Where a topic had been chosen and the words did not decide, the topic is the reason.
    """
    case = participant.case
    if not case.is_open or case.department is None or not _is_where_machine_put_it(case):
        return ""
    found = Prediction.objects.filter(case=case, was_routed=True).order_by("-id").first()
    if found is None or found.department_id != case.department_id:
        return ""
    is_by_words = bool(found.suggestions) and found.suggestions[0]["code"] == _category_code(case)
    if not is_by_words and _was_decided_later(found):
        return ""
    is_hers = participant.role == ParticipantRole.REPORTER and case.logged_by_id is None
    words = _words(found) if is_by_words and is_hers else []
    topic = case.category.name if case.category is not None and not is_by_words else ""
    return sentence_for_resident(words, case.department.name, (get_language() or "pl")[:2], topic)


def _is_where_machine_put_it(case: Case) -> bool:
    last = CaseEvent.objects.filter(case=case, kind__in=_MOVES).order_by("-id").first()
    return last is not None and last.kind == EventKind.ROUTED and last.actor_kind == ActorKind.SYSTEM


def _category_code(case: Case) -> str:
    return case.category.code if case.category is not None else ""


def _was_decided_later(found: Prediction) -> bool:
    """A person chose the category after the machine had passed the case on."""
    is_later = found.decided_at is not None and found.decided_at > found.created_at
    return is_later and not found.decided_by_ending


def _words(found: Prediction) -> Sequence[str]:
    return [str(word["text"]) for word in found.findings.get("reasons", ())]
