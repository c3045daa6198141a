"""What the queue is narrowed by."""

from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.queries.queue import QueueFilter, Scope
from cases.states import OPEN, Status
from contact_centre.desk.choices import category_choices
from routing.models import Urgency

_ANY = ("", _("any"))


def _categories() -> list[Any]:
    return [_ANY, *category_choices()]


class QueueForm(forms.Form):
    """All fields may be empty; a value that we do not know is as good as none."""

    scope = forms.ChoiceField(
        label=_("Whose cases"),
        required=False,
        choices=[
            ("", _("as usual")),
            (Scope.ALL, _("all that I may see")),
            (Scope.DEPARTMENTS, _("my departments")),
            (Scope.MINE, _("mine")),
        ],
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[_ANY, *[(s.value, s.label) for s in Status if s in OPEN]]
    )
    urgency = forms.ChoiceField(label=_("Urgency"), required=False, choices=[_ANY, *Urgency.choices])
    category = forms.ChoiceField(label=_("Category"), required=False)
    needs_person = forms.BooleanField(label=_("Needs a person"), required=False)
    overdue = forms.BooleanField(label=_("Overdue"), required=False)
    waiting = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for more than once while the field is drawn, and not at all where only the rows are.
        self.fields["category"].choices = cache(_categories)  # type: ignore[attr-defined]

    def wanted(self) -> QueueFilter:
        """The filter asked for, without the fields that were wrong."""
        self.is_valid()
        data = self.cleaned_data
        return QueueFilter(
            scope=Scope(data["scope"]) if data.get("scope") else None,
            status=data.get("status", ""),
            urgency=data.get("urgency", ""),
            category=data.get("category", ""),
            needs_person=data.get("needs_person", False),
            overdue=data.get("overdue", False),
            waiting=data.get("waiting", False),
        )
