"""One form per step that may be taken with a case. The names of the fields are those of the service's arguments."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cases.access import NoAccess, get_case_for_staff
from cases.actors import Actor
from cases.models import Case
from cases.states import Outcome, Status
from contact_centre.desk.choices import active_departments, category_choices
from routing.models import Category, Department, Kind, Urgency, User

WORDS_LENGTH = 10_000
REASON_LENGTH = 2_000
# How long a resident has to answer when nothing else is said.
ANSWER_DAYS = 14
_HIDDEN = ("version", "seen", "token")
_FOR_COLLEAGUES = _("For colleagues; the resident does not see it.")


def _text(label: Any, *, max_length: int = WORDS_LENGTH, rows: int = 4, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=max_length, widget=widget, **options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def _department(label: Any, **options: Any) -> "forms.ModelChoiceField[Department]":
    return forms.ModelChoiceField(active_departments(), label=label, **options)


class StepForm(forms.Form):
    """The base: the version that the person saw, and what she saw of the case (``contact_centre.desk.seen``)."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, case: Case, person: User, by: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        self.case, self.person, self.by = case, person, by

    def arguments(self) -> dict[str, Any]:
        """What the service is called with besides the case, the actor, the time and the version."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _HIDDEN}

    def drafts(self) -> list[tuple[str, str]]:
        """What the person typed or chose, for showing it when the step is no longer possible."""
        shown = [(str(field.label), str(field.value() or "")) for field in self.visible_fields()]
        return [(label, value) for label, value in shown if value]


class OnceForm(StepForm):
    """A step that asks for no version: its token makes a second submit of the same words the same step."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def arguments(self) -> dict[str, Any]:
        arguments, token = super().arguments(), self.cleaned_data["token"]
        said = "\n".join(str(value) for value in arguments.values())
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        key = f"desk:{self.case.pk}:{token}:{digest}" if token else None
        return arguments | {"source_key": key}


class NothingToSay(StepForm):
    """A step that needs no words."""


class ClassifyForm(StepForm):
    category = forms.ChoiceField(label=_("Category"), choices=category_choices)
    kind = forms.ChoiceField(label=_("Kind of matter"), choices=Kind.choices)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices)

    def clean_category(self) -> Category:
        return Category.objects.get(code=self.cleaned_data["category"])

    def arguments(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"category": data["category"], "kind": Kind(data["kind"]), "urgency": Urgency(data["urgency"])}


class RouteForm(StepForm):
    department = _department(_("Department"))


class PlanForm(StepForm):
    planned_for = _day(_("Day of the work"), help_text=_("The resident is told this day."))
    note = _text(
        _("Note to the resident"),
        required=False,
        help_text=_("Needed when a promised day is moved: say why."),
        rows=3,
    )

    def clean_planned_for(self) -> date:
        return _not_past(self.cleaned_data["planned_for"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.case.status == Status.PLANNED and not data.get("note", "").strip():
            self.add_error("note", _now("Say why the day is moved. The resident will read it."))
        return data


class AskForm(StepForm):
    question = _text(_("Question to the resident"), help_text=_("One thing at a time, in plain words."))
    answer_by = _day(_("Answer until"))

    def clean_answer_by(self) -> date:
        return _not_past(self.cleaned_data["answer_by"])


class WaitForm(StepForm):
    body = forms.CharField(
        label=_("Whom we wait for"), max_length=160, help_text=_("The resident reads this name.")
    )
    note = _text(_("Note to the resident"), required=False, rows=3)


class ReassignForm(StepForm):
    department = _department(_("New department"))
    reason = _text(
        _("Reason"),
        max_length=REASON_LENGTH,
        rows=3,
        help_text=_("For colleagues; the resident does not see it."),
    )

    def clean_department(self) -> Department:
        department: Department = self.cleaned_data["department"]
        if department.pk == self.case.department_id:
            raise forms.ValidationError(_now("The case is there already."))
        return department


class ReasonForm(StepForm):
    """A step that needs nothing but its reason."""

    reason = _text(
        _("Reason"),
        max_length=REASON_LENGTH,
        rows=3,
        help_text=_("For colleagues; the resident does not see it."),
    )


class ResolveForm(StepForm):
    outcome = forms.ChoiceField(label=_("Outcome"))
    answer = _text(
        _("Answer to the resident"),
        required=False,
        rows=6,
        help_text=_("What was done, or why not and what the resident can do now. Only spam gets no answer."),
    )
    authority = forms.CharField(
        label=_("Which authority"), max_length=160, required=False, help_text=_("Only when it is forwarded.")
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        is_legal = bool(self.case.kind) and Kind(self.case.kind).is_legal
        allowed = [o for o in Outcome if is_legal or o != Outcome.UNEXAMINED]
        choices: list[Any] = [("", _("choose")), *[(o.value, o.label) for o in allowed]]
        self.fields["outcome"] = forms.ChoiceField(label=_("Outcome"), choices=choices)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        outcome = data.get("outcome")
        if outcome == Outcome.DECLINED and not data.get("answer", "").strip():
            self.add_error("answer", _now("Say why we cannot do this and what the resident can do now."))
        elif outcome and outcome != Outcome.SPAM and not data.get("answer", "").strip():
            self.add_error("answer", _now("Write to the resident what was done."))
        if outcome == Outcome.FORWARDED and not data.get("authority", "").strip():
            self.add_error("authority", _now("Name the authority to which it was forwarded."))
        return data

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"outcome": Outcome(self.cleaned_data["outcome"])}


class MergeForm(StepForm):
    into = forms.CharField(
        label=_("Number of the case that stays"),
        max_length=32,
        help_text=_("It must be open and about the same thing. Matters of law are never merged."),
    )

    def clean_into(self) -> Case:
        reference = self.cleaned_data["into"].strip().upper()
        try:
            other = get_case_for_staff(self.person, reference, self.by)
        except NoAccess as error:
            raise forms.ValidationError(_now("There is no such case that you may see.")) from error
        if other.pk == self.case.pk:
            raise forms.ValidationError(_now("That is this case."))
        if not other.is_open:
            raise forms.ValidationError(_now("That case is not open any more."))
        if other.is_restricted or self.case.is_restricted:
            raise forms.ValidationError(_now("One of the two is, or may be, a matter of law."))
        return other

    def arguments(self) -> dict[str, Any]:
        return {"into_id": self.cleaned_data["into"].pk}


class WriteForm(StepForm):
    body = _text(_("Message"), rows=5, help_text=_("All residents on the case receive it."))


class NoteForm(OnceForm):
    body = _text(_("Note"), rows=3, help_text=_("Only colleagues who may see this case read it."))


class ExcludeForm(OnceForm):
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("last_name", "first_name", "id"),
        label=_("Person"),
        required=False,
    )
    department = _department(_("Or a whole department"), required=False)
    reason = _text(_("Reason"), max_length=REASON_LENGTH, rows=3)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and (data.get("user") is None) == (data.get("department") is None):
            self.add_error("user", _now("Choose either a person or a department."))
        return data


def usual_answer_day() -> date:
    """The day until which a resident is asked to answer, when nothing else is said."""
    return timezone.localdate() + timedelta(days=ANSWER_DAYS)


def _not_past(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_now("This day is over."))
    return day
