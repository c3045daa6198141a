"""What the classifier learns from: decisions of people become examples; a candidate reads new cases without effect."""

from datetime import datetime
from typing import Final

from django.db import transaction

from cases.models import CaseEvent, Prediction
from cases.triage import Decision, catalogue, text_of
from classifiers.store import shadow
from classifiers.store.examples import Decided, forget, keep

_BATCH: Final = 500


def keep_decisions(at: datetime) -> int:
    """Keep as examples what people decided since the last time; how many there were. Safe to run twice.

    A confidential case teaches nothing, and what it taught before is forgotten.
    """
    count = 0
    while kept := _keep_batch(at):
        count += kept
    _forget_confidential()
    return count


def read_in_shadow(event: CaseEvent, decision: Decision, at: datetime) -> None:
    """What the version in the shadow would have said of a new case, for the record. Never raises, changes nothing."""
    shadow.observe(
        key=key_of(event.pk),
        text=text_of(event.case),
        catalogue=catalogue,
        served=decision.understanding,
        language_hint=event.case.language or None,
        at=at,
    )


def key_of(event_id: int) -> str:
    """Under which key the reading of an event is kept among the examples."""
    return f"event:{event_id}"


@transaction.atomic(durable=True)
def _keep_batch(at: datetime) -> int:
    pending = Prediction.objects.filter(decided_at__isnull=False, example_at__isnull=True)
    rows = list(pending.select_related("case", "decided_category").order_by("id")[:_BATCH])
    for row in rows:
        _keep(row)
    # A decision that came meanwhile has another time and stays for the next round.
    for row in rows:
        Prediction.objects.filter(pk=row.pk, decided_at=row.decided_at).update(example_at=at)
    return len(rows)


def _forget_confidential() -> None:
    """A case may become confidential long after its decision was kept."""
    kept = Prediction.objects.filter(case__confidential=True, example_at__isnull=False)
    forget(key_of(event_id) for event_id in kept.values_list("event_id", flat=True))


def _keep(prediction: Prediction) -> None:
    case = prediction.case
    if case.confidential or prediction.decided_at is None:
        forget([key_of(prediction.event_id)])
        return
    category = prediction.decided_category
    decided = Decided(
        key=key_of(prediction.event_id),
        text=text_of(case),
        language=prediction.language,
        category=category.code if category else "",
        kind=prediction.decided_kind,
        urgency=prediction.decided_urgency,
        noncase=prediction.decided_noncase,
        model_version=prediction.model_version,
        suggestions=prediction.suggestions,
        was_routed=prediction.was_routed,
    )
    keep(decided, prediction.decided_at)
