"""Forms of the steps that say what a case is and whose: category and kind, route, hand on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.access import kept_away_departments
from contact_centre.desk.choices import active_departments, category_choices
from contact_centre.desk.forms.steps import FOR_COLLEAGUES, REASON_LENGTH, StepForm, text_field
from routing.models import Category, Department, Kind, Urgency

_CHOOSE = ("", _("choose"))


def _categories() -> list[Any]:
    return [_CHOOSE, *category_choices()]


class ClassifyForm(StepForm):
    """Both begin empty while nobody has decided: a person says what a case is, and does not overlook it."""

    category = forms.ChoiceField(label=_("Category"), choices=_categories)
    kind = forms.ChoiceField(label=_("Kind of matter"), choices=[_CHOOSE, *Kind.choices])
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)

    def clean_category(self) -> Category:
        return Category.objects.get(code=self.cleaned_data["category"])

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"category": data["category"], "kind": Kind(data["kind"]), "urgency": Urgency(data["urgency"])}


class DepartmentForm(StepForm):
    """The base of the forms that choose a department: those kept away from the case are not among them."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=_("Department"),
        empty_label=_("choose"),
        error_messages={
            "invalid_choice": _("This department is kept away from the case, or takes no cases any more.")
        },
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.kept_away = kept_away_departments(self.case)
        field = self.fields["department"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = active_departments().exclude(pk__in=self.kept_away)


class RouteForm(DepartmentForm):
    """To which department a new case goes."""


class ReassignForm(DepartmentForm):
    reason = text_field(_("Reason"), max_length=REASON_LENGTH, rows=3, help_text=FOR_COLLEAGUES)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["department"].label = _("New department")

    def clean_department(self) -> Department:
        department: Department = self.cleaned_data["department"]
        if department.pk == self.case.department_id:
            raise forms.ValidationError(_("The case is there already."))
        return department
