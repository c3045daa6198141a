"""Whether somebody may have reported it already: asked once before sending, and never in the way.

What the resident answers is signed and bound to the form, so that nobody names a case that was not shown to her.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.http import QueryDict

from cases.models import Case
from cases.queries.duplicates import PublicDuplicate, duplicates_for_resident
from cases.queries.neighbours import Draft
from cases.services.intake import Report
from cases.triage import suggest
from classifiers.types import PlaceFinding, Understanding
from routing.models import Category, Street

#: The field of the form that says that the question was asked, and what the answer was.
FIELD = "same"
ASKED, OTHER = "asked", "other"
_SALT = "portal.same"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the form says: nothing, only that the question was shown, that it is something else, or which case it is."""

    given: str = ""
    case_id: int | None = None

    @property
    def is_given(self) -> bool:
        """Whether a button answered the question, and not only the page on which it stood was sent."""
        return self.given not in ("", ASKED)

    def carried(self, token: UUID) -> str:
        """The same answer for another page of the form, which may have got another token."""
        return self.given if self.case_id is None else _value_of(self.case_id, token)


@dataclass(frozen=True, slots=True)
class Option:
    """A report that may be the same; ``value`` is what its button sends."""

    row: PublicDuplicate
    value: str


def options_of(known: Iterable[PublicDuplicate], token: UUID) -> list[Option]:
    """The question, one button for each."""
    return [Option(row, _value_of(row.case_id, token)) for row in known]


def answer_of(data: QueryDict, token: UUID) -> Answer:
    """Read the answer. A button that was pressed comes beside the hidden field, before or behind it."""
    values = data.getlist(FIELD)
    given = next((value for value in values if value != ASKED), ASKED if values else "")
    if given in ("", ASKED, OTHER):
        return Answer(given)
    try:
        case_id: int = signing.loads(given, salt=f"{_SALT}:{token}")
    except signing.BadSignature:
        return Answer(OTHER)
    return Answer(given, case_id)


def seen_before(report: Report) -> tuple[PublicDuplicate, ...]:
    """What is likely the same: only for a category of things that stand somewhere, and a street that we know.

    A topic or an address that she left out is taken from her words, where they are clear. Nothing for a form that was
    sent before: it would only find itself.
    """
    if Case.objects.filter(source_key=report.source_key).exists():
        return ()
    draft = _draft_of(report)
    return duplicates_for_resident(draft) if draft is not None else ()


def _draft_of(report: Report) -> Draft | None:
    """The report as something that others are compared with; None when what it is about or where is not known."""
    category, street, house_number = report.category, report.place.street, ""
    reads_place = not report.place.address and street is None
    if category is None or reads_place:
        # None while the model is being loaded: nobody waits for it.
        found = suggest(report.description, report.language or None)
        if found is None:
            return None
        category = category or _category_in(found)
        if reads_place and found.place is not None:
            street, house_number = _street_in(found.place), found.place.house_number
    if category is None or street is None or not (category.needs_place and category.may_be_public):
        return None
    return Draft(
        text=report.description,
        language=report.language,
        received_at=report.received_at,
        category_id=category.pk,
        street_id=street.pk,
        area_id=street.district_id,
        address=report.place.address,
        house_number=house_number,
        lat=report.place.lat,
        lon=report.place.lon,
    )


def _category_in(found: Understanding) -> Category | None:
    """What the words are about, if they are so clear that the machine itself would go by them."""
    if not found.is_routable:
        return None
    return Category.objects.filter(code=found.categories[0].code, is_active=True).first()


def _street_in(place: PlaceFinding) -> Street | None:
    return Street.objects.filter(pk=place.street_id).first() if place.street_id is not None else None


def _value_of(case_id: int, token: UUID) -> str:
    return signing.dumps(case_id, salt=f"{_SALT}:{token}")
