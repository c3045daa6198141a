"""Forms of the steps that keep somebody away from a case, and that take it back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Exclusion
from contact_centre.desk.choices import active_departments
from contact_centre.desk.forms.steps import FOR_COLLEAGUES, REASON_LENGTH, OnceForm, StepForm, text_field
from routing.models import User


class ExcludeForm(OnceForm):
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("last_name", "first_name", "id"),
        label=_("Person"),
        required=False,
        empty_label=_("choose"),
    )
    department = forms.ModelChoiceField(
        active_departments(), label=_("Or a whole department"), required=False, empty_label=_("choose")
    )
    reason = text_field(_("Reason"), max_length=REASON_LENGTH, rows=3)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for name in ("user", "department"):
            # One of the two is needed, so neither is called optional; read by web/_optional.html.
            self.fields[name].changing_mark = ""  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (data.get("user") is None) == (data.get("department") is None):
            self.add_error("user", _("Choose either a person or a department."))
        return data


class _ExclusionField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Exclusion) -> str:
        return str(obj.user or obj.department)


class LiftForm(StepForm):
    """Which exclusion was a mistake, and why."""

    exclusion = _ExclusionField(
        Exclusion.objects.none(), label=_("Who may see the case again"), empty_label=_("choose")
    )
    reason = text_field(_("Reason"), max_length=REASON_LENGTH, rows=3, help_text=FOR_COLLEAGUES)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["exclusion"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.case.exclusions.select_related("user", "department").order_by("id")


class ConfidentialForm(StepForm):
    """Why the fewest people may see it; who they are stands beside it."""

    reason = text_field(
        _("Reason"),
        max_length=REASON_LENGTH,
        rows=3,
        help_text=_(
            "Afterwards only the dispatchers, the head of the contact centre, the data protection officer, the "
            "manager of the department and whoever has the case see it. The resident does not see the reason."
        ),
    )
