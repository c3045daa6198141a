"""How the classifier read a case and why it was routed, with names instead of codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from cases.models import Case, Prediction
from routing.models import Category, Kind, Rule


@dataclass(frozen=True, slots=True)
class Guess:
    """A category that the text may be about, and the words that speak for it."""

    code: str
    name: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteReason:
    """Why a department was chosen: a code, the rule's own sentence, and the words of the rule that were found."""

    code: str
    sentence: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The last prediction of a case, and what a person decided afterwards."""

    model_version: str
    guesses: tuple[Guess, ...]
    kind: str
    kind_words: tuple[str, ...]
    may_be_legal: bool
    urgency: str
    urgency_words: tuple[str, ...]
    place: str
    reasons: tuple[RouteReason, ...]
    department: str
    department_id: int | None
    was_routed: bool
    decided_by: str
    decided_at: datetime | None

    @property
    def is_legal_found(self) -> bool:
        """Whether the words speak for a matter of law, and not only against certainty."""
        return bool(self.kind) and Kind(self.kind).is_legal


def last_reading(case: Case) -> Reading | None:
    """The newest prediction; None while nothing was predicted."""
    rows = Prediction.objects.filter(case=case).select_related("department", "decided_by")
    found = rows.order_by("-id").first()
    if found is None:
        return None
    kind, urgency = found.findings.get("kind") or {}, found.findings.get("urgency") or {}
    place = found.findings.get("place") or {}
    return Reading(
        model_version=found.model_version,
        guesses=_guesses(found.suggestions),
        kind=kind.get("kind", ""),
        kind_words=_words(kind),
        may_be_legal=bool(kind.get("may_be_legal")),
        urgency=urgency.get("level", ""),
        urgency_words=_words(urgency),
        place=f"{place.get('street_name', '')} {place.get('house_number', '')}".strip(),
        reasons=_reasons(found.reasons),
        department=found.department.label if found.department else "",
        department_id=found.department_id,
        was_routed=found.was_routed,
        decided_by=str(found.decided_by) if found.decided_by else "",
        decided_at=found.decided_at,
    )


def _guesses(suggestions: list[dict[str, Any]]) -> tuple[Guess, ...]:
    codes = [suggestion["code"] for suggestion in suggestions]
    names = {category.code: category.name for category in Category.objects.filter(code__in=codes)}
    return tuple(
        Guess(s["code"], names.get(s["code"], s["code"]), float(s["probability"]), _words(s))
        for s in suggestions
    )


def _reasons(reasons: list[dict[str, Any]]) -> tuple[RouteReason, ...]:
    codes = [reason["rule"] for reason in reasons if reason.get("rule")]
    language = (get_language() or "pl")[:2]
    column = f"reason_{language if language in ('pl', 'en', 'uk') else 'pl'}"
    sentences = dict(Rule.objects.filter(code__in=codes).values_list("code", column))
    return tuple(
        RouteReason(r["code"], sentences.get(r.get("rule"), ""), tuple(r.get("words", ()))) for r in reasons
    )


def _words(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of a finding as they were written, each once."""
    return tuple(dict.fromkeys(str(word["text"]) for word in finding.get("words", ())))
