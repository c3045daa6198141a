"""Keeping what people decided as examples: without personal data, and split by time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from classifiers.corpus import CASE, Example
from classifiers.redaction import redact
from classifiers.store.models import DecidedExample

#: Of the decisions in the order of their time, the oldest teach, the next help to set the lines, the newest compare.
TEACH, MEASURE = 0.7, 0.85
BATCH = "decisions"


@dataclass(frozen=True, slots=True)
class Decided:
    """A text, what the model said and what a person decided. ``key`` names what the text belongs to."""

    key: str
    text: str
    language: str
    category: str
    kind: str
    urgency: str
    noncase: str
    model_version: str
    suggestions: Sequence[dict[str, Any]] = field(default_factory=tuple)
    was_routed: bool = False


@dataclass(frozen=True, slots=True)
class Split:
    """The decisions by time: older ones teach, the next set the lines, the newest only compare."""

    teach: tuple[Example, ...]
    measure: tuple[Example, ...]
    recent: tuple[Example, ...]

    @property
    def count(self) -> int:
        return len(self.teach) + len(self.measure) + len(self.recent)


def keep(decided: Decided, decided_at: datetime) -> DecidedExample:
    """Store the decision with its text redacted; a later decision on the same key replaces the earlier one."""
    row, _ = DecidedExample.objects.update_or_create(
        key=decided.key,
        defaults={
            "text": redact(decided.text, decided.language).text,
            "language": decided.language,
            "category": decided.category,
            "kind": decided.kind,
            "urgency": decided.urgency,
            "noncase": decided.noncase,
            "model_version": decided.model_version,
            "suggestions": [
                {"code": suggestion["code"], "probability": suggestion["probability"]}
                for suggestion in decided.suggestions
            ],
            "was_routed": decided.was_routed,
            "decided_at": decided_at,
        },
    )
    return row


def forget(keys: Iterable[str]) -> int:
    """Delete what was kept under these keys; how many there were. The next training learns without them."""
    deleted, _ = DecidedExample.objects.filter(key__in=list(keys)).delete()
    return deleted


def split_by_time() -> Split:
    """All decisions as examples, oldest first, in three parts; no text is in two."""
    examples = [_as_example(row) for row in DecidedExample.objects.order_by("decided_at", "id")]
    first, second = int(len(examples) * TEACH), int(len(examples) * MEASURE)
    return Split(tuple(examples[:first]), tuple(examples[first:second]), tuple(examples[second:]))


def _as_example(row: DecidedExample) -> Example:
    return Example(
        text=row.text,
        language=row.language,
        label=row.category,
        kind=row.kind,
        urgency=row.urgency,
        noncase=row.noncase or CASE,
        batch=BATCH,
    )
