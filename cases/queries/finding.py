"""From what somebody reads out or types of a number to the case that is meant."""

import re

from django.conf import settings

from cases.access import NoAccess, get_case_for_staff
from cases.actors import Actor
from cases.models import Case
from cases.models.references import is_reference
from routing.models import User

# "KON-2026-000328-7", "KON-2026-000328", "2026-328", "000328-7", "000328", "328".
_SPOKEN = re.compile(
    r"(?:(?P<city>[A-Z]+)-)?(?:(?P<year>\d{4})-)?(?P<number>\d{1,12})(?:-(?P<check>\d))?", re.ASCII
)
_PARTS = 4


def find_case_for_staff(user: User, text: str, by: Actor) -> Case:
    """The case of a number, or of enough of it; raises NoAccess. What was said besides the number must fit too."""
    reference = reference_of(text)
    if reference is None:
        raise NoAccess(text)
    return get_case_for_staff(user, reference, by)


def reference_of(text: str) -> str | None:
    """The whole reference of what was said of it, whoever may see the case; None where it names none."""
    if is_reference(text.strip().upper()):
        return text.strip().upper()
    said = "-".join(text.upper().replace("-", " ").split())
    found = _SPOKEN.fullmatch(said)
    if found is None or found["city"] not in (None, settings.CITY_CODE):
        return None
    # The number in a reference is the id of the case (``cases.models.references``).
    reference = Case.objects.filter(pk=int(found["number"])).values_list("reference", flat=True).first()
    is_meant = reference is not None and _fits(reference, found["year"], found["number"], found["check"])
    return reference if is_meant else None


def _fits(reference: str, year: str | None, number: str, check: str | None) -> bool:
    parts = reference.split("-")
    if len(parts) != _PARTS:
        return False
    _city, its_year, its_number, its_check = parts
    return year in (None, its_year) and int(number) == int(its_number) and check in (None, its_check)
