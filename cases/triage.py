"""Where classifier and routing meet: a text and its circumstances in, a decision out. Writes nothing."""

from dataclasses import dataclass

from cases.models import Case
from cases.models.codes import Held
from classifiers.store import serving
from classifiers.types import (
    Catalogue,
    CategoryEntry,
    Gazetteer,
    StreetEntry,
    Understanding,
)
from classifiers.understand import understand
from routing.facts import CaseFacts, Choice
from routing.folding import fold
from routing.models import Category, District, Kind, Street, Urgency
from routing.services import category_successors, choose_department

_LONGEST_NUMBER = 16
_LANGUAGES = ("pl", "en", "uk")
# A worker waits this long for its model before it gives the work back.
MODEL_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Decision:
    """What triage proposes. ``is_routed`` only when the machine may pass the case on by itself; else ``held`` says
    why it may not."""

    understanding: Understanding
    category: Category | None
    kind: Kind | None
    urgency: Urgency
    street: Street | None
    area: District | None
    choice: Choice
    may_be_legal: bool
    is_routed: bool
    held: tuple[Held, ...] = ()
    house_number: str = ""


def decide(case: Case) -> Decision:
    """Read the case and choose its department; anything unsure or possibly legal is left to a person."""
    model = serving.require(MODEL_WAIT_SECONDS)
    found = understand(
        text_of(case),
        catalogue=catalogue(),
        gazetteer=gazetteer(),
        model=model,
        language_hint=case.language or None,
    )
    top = found.categories[0] if found.categories else None
    category = case.category or _category(top.code if top else None)
    kind = Kind(case.kind) if case.kind else Kind(found.kind.kind)
    may_be_legal = (
        kind.is_legal or _is_legal_row(category) or (not _by_staff(case) and found.kind.may_be_legal)
    )
    urgency = _more_urgent(Urgency(case.urgency), Urgency(found.urgency.level))
    street = case.street or _street(found)
    area = case.area or (street.district if street else None)
    choice = choose_department(_facts(case, category, kind, urgency, street, area))
    held = _held(case, found, choice, may_be_legal=may_be_legal)
    return Decision(
        found,
        category,
        kind,
        urgency,
        street,
        area,
        choice,
        may_be_legal,
        is_routed=not held,
        held=held,
        house_number=_house_number(case, found, street),
    )


def suggest(text: str, language_hint: str | None = None) -> Understanding | None:
    """What the text looks like, for a person who is typing; None while no model is loaded."""
    model = serving.current()
    if model is None:
        return None
    return understand(
        text, catalogue=catalogue(), gazetteer=gazetteer(), model=model, language_hint=language_hint
    )


def text_of(case: Case) -> str:
    """What the resident wrote, as the classifier reads it."""
    return case.description if case.subject in case.description else f"{case.subject}\n{case.description}"


def catalogue() -> Catalogue:
    """The active categories as the classifier wants them, and where those went that were merged into others."""
    rows = Category.objects.filter(is_active=True).order_by("position", "id")
    return Catalogue(tuple(_entry(row) for row in rows), category_successors())


def gazetteer() -> Gazetteer:
    """The streets and districts as the classifier wants them."""
    streets = Street.objects.select_related("district").order_by("id")
    return Gazetteer(
        streets=tuple(
            StreetEntry(s.pk, s.prefix, s.name, s.district.code if s.district else None) for s in streets
        ),
        districts=tuple(District.objects.order_by("id").values_list("code", "name")),
    )


def _entry(row: Category) -> CategoryEntry:
    return CategoryEntry(
        code=row.code,
        kind=row.kind,
        other_kinds=tuple(row.other_kinds),
        names={language: row.in_language("name", language) for language in _LANGUAGES},
        descriptions={language: row.in_language("description", language) for language in _LANGUAGES},
        urgency_words={language: tuple(getattr(row, f"urgency_words_{language}")) for language in _LANGUAGES},
        danger_words={language: tuple(getattr(row, f"danger_words_{language}")) for language in _LANGUAGES},
    )


def _facts(
    case: Case,
    category: Category | None,
    kind: Kind,
    urgency: Urgency,
    street: Street | None,
    area: District | None,
) -> CaseFacts:
    return CaseFacts(
        category=category.code if category else None,
        kind=kind,
        channel=case.channel,
        urgency=urgency,
        district=area.code if area else None,
        street=street.name if street else None,
        addressed_to=case.addressed_to.code if case.addressed_to and case.addressed_to.is_active else None,
        # Rule words may start with a space, which means the beginning of a word.
        text=" " + fold(case.description),
    )


def _category(code: str | None) -> Category | None:
    if code is None:
        return None
    return Category.objects.filter(code=code, is_active=True).first()


def _street(found: Understanding) -> Street | None:
    if found.place is None or found.place.street_id is None:
        return None
    return Street.objects.select_related("district").filter(pk=found.place.street_id).first()


def _house_number(case: Case, found: Understanding, street: Street | None) -> str:
    """The number that the words tell with the street of the case; never beside an address that somebody typed."""
    if case.address or street is None or found.place is None or found.place.street_id != street.pk:
        return ""
    return found.place.house_number[:_LONGEST_NUMBER]


def _by_staff(case: Case) -> bool:
    """A person of ours logged the case and said what kind of matter it is."""
    return case.logged_by_id is not None and bool(case.kind)


def _held(case: Case, found: Understanding, choice: Choice, *, may_be_legal: bool) -> tuple[Held, ...]:
    """All that keeps the machine from passing the case on; nothing when it may."""
    reasons = {
        None if found.is_language_known or _by_staff(case) else Held.LANGUAGE,
        _doubt(case, found),
        Held.LEGAL if may_be_legal else None,
        Held.NO_CASE if found.noncase is not None and not _by_staff(case) else None,
        Held.NO_DEPARTMENT if choice.department is None else None,
    }
    return tuple(reason for reason in Held if reason in reasons)


def _doubt(case: Case, found: Understanding) -> Held | None:
    """Our own person's category stands; a resident's stands unless the text clearly says something else."""
    says = found.categories[0].code if found.categories and found.is_sure else None
    if case.category is None:
        unsure = Held.UNSURE if found.categories else Held.NO_CATEGORY
        return unsure if says is None else None
    stands = case.logged_by_id is not None or says in (None, case.category.code)
    return None if stands else Held.OTHER_CATEGORY


def _is_legal_row(category: Category | None) -> bool:
    return category is not None and Kind(category.kind).is_legal


def _more_urgent(first: Urgency, second: Urgency) -> Urgency:
    order = list(Urgency)
    return max(first, second, key=order.index)
