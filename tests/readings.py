"""Cases that the machine has read: what triage decided, recorded by the service as the worker does it."""

from datetime import timedelta
from typing import Any

from cases.models import Case, EventWork
from cases.services.triage_results import record_triage
from cases.triage import Decision
from classifiers.types import CategorySuggestion, KindFinding, Understanding, UrgencyFinding, Word
from routing.facts import Choice, Reason
from routing.models import Category, Kind, Urgency
from tests.factories import NOW, make_case

DZIURA, JEZDNI = Word("dziura", 5, 11, 0.62), Word("jezdni", 14, 20, 0.3)


def understanding(**changes: Any) -> Understanding:
    """A pothole in the road, for certain."""
    values: dict[str, Any] = {
        "language": "pl",
        "language_probability": 0.9,
        "categories": (CategorySuggestion("road.pothole", 0.912, (DZIURA, JEZDNI)),),
        "is_sure": True,
        "kind": KindFinding("REPORT", 0.9, False, ()),
        "urgency": UrgencyFinding("NORMAL", ()),
        "noncase": None,
        "place": None,
        "model_version": "m-1",
        "reasons": (DZIURA, JEZDNI),
    }
    return Understanding(**(values | changes))


def read_by_machine(case: Case, found: Understanding | None = None, **changes: Any) -> Case:
    """The case after triage; sent to the road department unless ``changes`` of the decision say otherwise."""
    values: dict[str, Any] = {
        "understanding": found or understanding(),
        "category": case.category or Category.objects.get(code="road.pothole"),
        "kind": Kind.REPORT,
        "urgency": Urgency.NORMAL,
        "street": None,
        "area": None,
        "choice": Choice("zdm", (Reason("CATEGORY_DEFAULT"),)),
        "may_be_legal": False,
        "is_routed": True,
    }
    event = case.events.order_by("id")[0]
    work = EventWork.objects.filter(event=event, consumer="triage").first()
    decision = Decision(**(values | changes))
    work_id = work.pk if work else 0
    return record_triage(event_id=event.pk, work_id=work_id, decision=decision, at=NOW + timedelta(seconds=5))


def make_machine_routed_case(**changes: Any) -> Case:
    """A case that the machine passed to the road department because of two words."""
    return read_by_machine(make_case(**changes))
