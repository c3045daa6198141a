"""What the classifier suggests to an agent who is typing; the agent accepts or goes on."""

from dataclasses import dataclass

from cases.triage import suggest
from classifiers.types import Understanding
from contact_centre.web.city import emergency_name
from contact_centre.web.plain import without_controls
from routing.models import Category, Kind, Street, Urgency

# Fewer characters say nothing.
SHORTEST = 12
# What is less likely than this would be shown as 0 % or 1 %, and helps nobody.
LEAST_PROBABILITY = 0.02


@dataclass(frozen=True, slots=True)
class CallFirst:
    """A number that is faster than any report, for a category where waiting is dangerous."""

    category: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One suggestion for one field of the form."""

    field: str
    value: str
    label: str
    words: str
    per_cent: int | None = None
    call_first: CallFirst | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """``is_ready`` is False while no model is loaded."""

    is_ready: bool
    offers: tuple[Offer, ...] = ()
    may_be_legal: bool = False


def suggestions_for(text: str, language: str) -> Suggestions:
    """Suggestions of category, kind, urgency and place for what was typed so far."""
    if len(text.strip()) < SHORTEST:
        return Suggestions(is_ready=True)
    found = suggest(text, language)
    if found is None:
        return Suggestions(is_ready=False)
    offers = (*_categories(found), *_kind(found), *_urgency(found), *_place(found))
    return Suggestions(is_ready=True, offers=offers, may_be_legal=found.kind.may_be_legal)


def call_first(code: str) -> CallFirst | None:
    """Whom the caller should phone before we write anything down; None where nobody."""
    category = (
        Category.objects.filter(code=without_controls(code), is_active=True).exclude(call_first="").first()
    )
    return _call_first(category) if category else None


def _call_first(category: Category) -> CallFirst | None:
    number = category.call_first
    return CallFirst(category.name, number, emergency_name(number)) if number else None


def _categories(found: Understanding) -> list[Offer]:
    codes = [suggestion.code for suggestion in found.categories]
    rows = {category.code: category for category in Category.objects.filter(code__in=codes)}
    return [
        Offer(
            "category",
            suggestion.code,
            rows[suggestion.code].name,
            ", ".join(dict.fromkeys(word.text for word in suggestion.words)),
            round(suggestion.probability * 100),
            _call_first(rows[suggestion.code]),
        )
        for suggestion in found.categories
        if suggestion.code in rows and suggestion.probability >= LEAST_PROBABILITY
    ]


def _kind(found: Understanding) -> list[Offer]:
    kind = Kind(found.kind.kind)
    if not kind.is_legal:
        return []
    return [Offer("kind", kind.value, str(kind.label), ", ".join(word.text for word in found.kind.words))]


def _urgency(found: Understanding) -> list[Offer]:
    level = Urgency(found.urgency.level)
    if level == Urgency.NORMAL:
        return []
    return [
        Offer("urgency", level.value, str(level.label), ", ".join(word.text for word in found.urgency.words))
    ]


def _place(found: Understanding) -> list[Offer]:
    if found.place is None or found.place.street_id is None:
        return []
    street = Street.objects.filter(pk=found.place.street_id).first()
    if street is None:
        return []
    address = f"{street} {found.place.house_number}".strip()
    return [Offer("address", address, address, "")]
