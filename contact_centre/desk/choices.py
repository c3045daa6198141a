"""Choices of the desk's forms that come from the organisation, in the language of the reader."""

from django.db.models import QuerySet
from django.utils.translation import get_language

from routing.models import Category, Department
from routing.models.loaded import LANGUAGES

GroupedChoices = list[tuple[str, list[tuple[str, str]]]]


def category_choices() -> GroupedChoices:
    """The categories in use, on the shelves of the catalogue: one statement, names only."""
    language = (get_language() or "")[:2]
    name = f"name_{language if language in LANGUAGES else 'pl'}"
    rows = Category.objects.filter(is_active=True).order_by("group__position", "group_id", "position", "id")
    shelves: dict[str, list[tuple[str, str]]] = {}
    for shelf, code, label in rows.values_list(f"group__{name}", "code", name):
        shelves.setdefault(shelf, []).append((code, label))
    return list(shelves.items())


def active_departments() -> QuerySet[Department]:
    """Departments that can be given a case."""
    return Department.objects.filter(is_active=True).order_by("name_pl", "id")
