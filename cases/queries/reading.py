"""How the classifier read a case and why it was routed, with names instead of codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.models import Case, Prediction
from cases.models.codes import Held
from classifiers.corpus import SPAM
from classifiers.explain import sentence_for_agent
from classifiers.types import CategorySuggestion, Word
from routing.models import Category, Kind, Rule
from routing.models.loaded import LANGUAGES

# Less than one in a hundred would be shown as 0 %, and says nothing.
_LEAST_SHOWN = 0.01


@dataclass(frozen=True, slots=True)
class Guess:
    """A category that the text may be about, and the words that speak for it, also with their shares."""

    code: str
    name: str
    probability: float
    words: tuple[str, ...]
    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the case was left for a person, and the words behind that where there are any."""

    reason: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteReason:
    """Why a department was chosen: a code, the rule's own sentence, and the words of the rule that were found."""

    code: str
    sentence: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The last prediction of a case, and what a person decided afterwards.

    ``sentence`` says category, probability and words with their shares; ``holds`` why it was left for a person.
    ``is_confirmed``: she only ended the case; ``is_spam``: as spam.
    """

    model_version: str
    sentence: str
    holds: tuple[Hold, ...]
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
    is_confirmed: bool
    is_spam: bool


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
        sentence=_sentence(found.suggestions),
        holds=_holds(found),
        guesses=_guesses(found.suggestions),
        kind=kind.get("kind", ""),
        kind_words=_words(kind),
        may_be_legal=bool(kind.get("may_be_legal")),
        urgency=urgency.get("level", ""),
        urgency_words=_words(urgency),
        place=f"{place.get('street_name', '')} {place.get('house_number', '')}".strip(),
        reasons=route_reasons(found.reasons),
        department=found.department.label if found.department else "",
        department_id=found.department_id,
        was_routed=found.was_routed,
        decided_by=str(found.decided_by) if found.decided_by else "",
        decided_at=found.decided_at,
        is_confirmed=found.decided_by_ending,
        is_spam=found.decided_noncase == SPAM,
    )


def _sentence(suggestions: list[dict[str, Any]]) -> str:
    """The agent's sentence about the likeliest category; empty when there is none."""
    if not suggestions:
        return ""
    first = suggestions[0]
    category = Category.objects.filter(code=first["code"]).first()
    names = {code: category.in_language("name", code) for code in LANGUAGES} if category else {}
    words = tuple(Word(word["text"], 0, 0, float(word.get("share", 0))) for word in first["words"])
    suggestion = CategorySuggestion(first["code"], float(first["probability"]), words)
    return sentence_for_agent(suggestion, names, _language())


def _holds(found: Prediction) -> tuple[Hold, ...]:
    """Why a person has to decide. Where that was not kept yet, the legal gate is all that can still be told."""
    kind = found.findings.get("kind") or {}
    by_gate = [Held.LEGAL] if kind.get("may_be_legal") and not found.was_routed else []
    return holds_of([Held(code) for code in found.findings.get("held", by_gate)], found.findings)


def holds_of(held: Iterable[Held], findings: Mapping[str, Any]) -> tuple[Hold, ...]:
    """The reasons in the reader's language, with the words that an understanding (as plain data) has for them."""
    kind, noncase = findings.get("kind") or {}, findings.get("noncase") or {}
    is_legal_found = bool(kind.get("kind")) and Kind(kind["kind"]).is_legal
    holds = []
    for reason in held:
        if reason == Held.LEGAL and not is_legal_found:
            holds.append(Hold(_("we are not sure that it is only a report"), ()))
        else:
            words = {Held.LEGAL: kind, Held.NO_CASE: noncase}.get(reason, {})
            holds.append(Hold(str(reason.label), _words(words)))
    return tuple(holds)


def _guesses(suggestions: list[dict[str, Any]]) -> tuple[Guess, ...]:
    suggestions = [s for s in suggestions if float(s["probability"]) >= _LEAST_SHOWN]
    codes = [suggestion["code"] for suggestion in suggestions]
    names = {category.code: category.name for category in Category.objects.filter(code__in=codes)}
    return tuple(
        Guess(s["code"], names.get(s["code"], s["code"]), float(s["probability"]), _words(s), _shares(s))
        for s in suggestions
    )


def _shares(suggestion: Mapping[str, Any]) -> tuple[str, ...]:
    words = suggestion.get("words", ())
    return tuple(f"{word['text']} {round(100 * float(word.get('share', 0)))} %" for word in words)


def route_reasons(reasons: Iterable[Mapping[str, Any]]) -> tuple[RouteReason, ...]:
    """The reasons of a route, with the sentences of their rules in the reader's language."""
    reasons = list(reasons)
    codes = [reason["rule"] for reason in reasons if reason.get("rule")]
    column = f"reason_{_language()}"
    sentences = dict(Rule.objects.filter(code__in=codes).values_list("code", column))
    return tuple(
        RouteReason(r["code"], sentences.get(r.get("rule") or "", ""), tuple(r.get("words", ())))
        for r in reasons
    )


def _words(finding: Mapping[str, Any]) -> tuple[str, ...]:
    """The words of a finding as they were written, each once."""
    return tuple(dict.fromkeys(str(word["text"]) for word in finding.get("words", ())))


def _language() -> str:
    language = (get_language() or "pl")[:2]
    return language if language in LANGUAGES else "pl"
