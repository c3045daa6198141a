"""Form fields of the resident pages: words as both databases can keep them, categories in their groups."""

import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import Case, When
from django.forms.models import ModelChoiceIterator
from django.utils.translation import gettext_lazy as _

from cases.files import ACCEPTED_TYPES
from cases.services._steps import clean_line
from contact_centre.web.plain import without_controls
from routing.models import Category

_ORDER = ("group__position", "group_id", "position", "id")


class PlainTextField(forms.CharField):
    """Words without what nobody can see: controls are taken out, and what only looks empty is empty.

    The browser is not told the limit: it would cut pasted text silently. The form says it, and keeps the text.
    """

    default_error_messages = {
        "max_length": _(
            "This is %(show_value)d characters long, and %(limit_value)d is the most we can take. "
            "Please shorten it, or attach the whole text as a PDF."
        )
    }

    def to_python(self, value: Any) -> str:
        words = without_controls("" if value is None else str(value))
        return super().to_python(words if _says_something(words) else "") or ""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class LineField(PlainTextField):
    """Words on one line, without marks that would turn the words around them on a page."""

    default_error_messages = {
        "max_length": _(
            "This is %(show_value)d characters long, and %(limit_value)d is the most we can take. "
            "Please shorten it."
        )
    }

    def to_python(self, value: Any) -> str:
        return clean_line(super().to_python(value))


class MailField(forms.EmailField):
    """An e-mail address; what nobody can see is taken out before it is looked at."""

    def to_python(self, value: Any) -> str:
        return super().to_python(without_controls("" if value is None else str(value))) or ""


class PhotosInput(forms.FileInput):
    """Several files at once; the view stores them, the form only tells what was wrong with them."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        """Nothing: the files have been taken by ``uploads.collect_uploads``."""


def photos_field(max_files: int, max_bytes: int, **options: Any) -> forms.FileField:
    """A field for photos and PDF; what may be chosen is told to the browser too."""
    attrs = {
        "accept": ",".join(ACCEPTED_TYPES),
        "multiple": True,
        "data-max-files": max_files,
        "data-max-bytes": max_bytes,
    }
    return forms.FileField(required=False, widget=PhotosInput(attrs=attrs), **options)


class _Grouped(ModelChoiceIterator):  # type: ignore[type-arg]  # generic in the stubs only
    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        for group, rows in groupby(self.queryset, key=lambda row: row.group):
            yield (group.name, [self.choice(row) for row in rows])


class CategoryField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The catalogue, in its groups; posted as a code."""

    iterator = _Grouped

    def __init__(self, **options: Any) -> None:
        rows = Category.objects.filter(is_active=True).select_related("group")
        queryset = rows.order_by(*_ORDER)
        super().__init__(queryset=queryset, to_field_name="code", **options)

    def to_python(self, value: Any) -> Category | None:
        found: Category | None = super().to_python(
            without_controls(value) if isinstance(value, str) else value
        )
        return found

    def put_first(self, group: str) -> None:
        """Show one group before the others."""
        is_first = Case(When(group__code=group, then=0), default=1)
        assert self.queryset is not None
        self.queryset = self.queryset.order_by(is_first, *_ORDER)


def _says_something(text: str) -> bool:
    return any(unicodedata.category(c)[0] not in "CZ" for c in text)
