"""With what the forms of the steps begin, and what the machine offers for them: a person accepts or goes on."""

import uuid
from typing import Any

from cases.access import kept_away_departments
from cases.models import Case
from cases.queries.reading import Reading
from contact_centre.desk.forms.steps import usual_answer_day
from contact_centre.desk.seen import seal
from contact_centre.desk.suggestions import LEAST_PROBABILITY, Offer
from routing.models import Category, Kind, User

# The fields that an offer may fill in.
ACCEPTABLE = ("category", "kind")


def initial_of(case: Case, person: User, step: str, reading: Reading | None) -> dict[str, Any]:
    """The values of an untouched form: what is decided, never what is only likely, except a department to confirm."""
    common: dict[str, Any] = {"version": case.version, "seen": seal(case, person), "token": uuid.uuid4()}
    if step == "classify":
        category = case.category.code if case.category else ""
        return common | {"category": category, "kind": _decided_kind(case), "urgency": case.urgency}
    if step == "ask":
        return common | {"answer_by": usual_answer_day()}
    if step == "route":
        return common | {"department": _proposed_department(case, reading)}
    if step == "plan":
        return common | {"planned_for": case.planned_for}
    return common


def offers_of(case: Case, step: str, reading: Reading | None) -> tuple[Offer, ...]:
    """What the classifier read, for the fields that nobody has decided.

    The kind of a restricted case is not offered: what may be a matter of law is decided by a person alone.
    """
    if step != "classify" or reading is None:
        return ()
    offers = [] if case.category_id else _categories(reading)
    if reading.kind and not case.is_restricted and not case.kind:
        kind = Kind(reading.kind)
        offers.append(Offer("kind", kind.value, str(kind.label), ", ".join(reading.kind_words)))
    return tuple(offers)


def _categories(reading: Reading) -> list[Offer]:
    likely = [guess for guess in reading.guesses if guess.probability >= LEAST_PROBABILITY]
    active = set(
        Category.objects.filter(is_active=True, code__in=[guess.code for guess in likely]).values_list(
            "code", flat=True
        )
    )
    return [
        Offer("category", guess.code, guess.name, ", ".join(guess.words), round(guess.probability * 100))
        for guess in likely
        if guess.code in active
    ]


def _decided_kind(case: Case) -> str:
    """A service report while it is restricted is the form's guess from the category, and nobody's decision."""
    return "" if case.is_restricted and not case.is_legal else case.kind


def _proposed_department(case: Case, reading: Reading | None) -> int | None:
    """The rules' proposal while it is about the case's category, else who looks after the category."""
    proposed = case.category.department_id if case.category else None
    if reading is not None and reading.department_id is not None and _is_about(case, reading):
        proposed = reading.department_id
    return None if proposed in kept_away_departments(case) else proposed


def _is_about(case: Case, reading: Reading) -> bool:
    top = reading.guesses[0].code if reading.guesses else None
    return case.category is None or case.category.code == top
