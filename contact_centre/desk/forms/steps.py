"""One form per step that may be taken with a case. The names of the fields are those of the service's arguments."""

import hashlib
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cases.access import NoAccess
from cases.actors import Actor
from cases.deadlines import least_answer_day
from cases.models import Case
from cases.queries.finding import find_case_for_staff
from cases.states import Outcome, Status
from routing.models import Kind, User

WORDS_LENGTH = 10_000
REASON_LENGTH = 2_000
REFERENCE_LENGTH = 32
# How long a resident has to answer when nothing else is said.
ANSWER_DAYS = 14
_HIDDEN = ("version", "seen", "token")
FOR_COLLEAGUES = _("For colleagues; the resident does not see it.")


def text_field(
    label: Any, *, max_length: int = WORDS_LENGTH, rows: int = 4, **options: Any
) -> forms.CharField:
    """Words of several lines."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=max_length, widget=widget, **options)


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen in the browser's own calendar."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


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

    def other_case(self, field: str) -> Case:
        """The case whose number stands in the field: another one, and one that the person may see."""
        try:
            other = find_case_for_staff(self.person, self.cleaned_data[field], self.by)
        except NoAccess as error:
            raise forms.ValidationError(_("There is no such case that you may see.")) from error
        if other.pk == self.case.pk:
            raise forms.ValidationError(_("That is this case."))
        return other


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


class PlanForm(StepForm):
    planned_for = day_field(_("Day of the work"), help_text=_("The resident is told this day."))
    note = text_field(
        _("Note to the resident"),
        required=False,
        help_text=_("Needed when a promised day is moved: say why."),
        rows=3,
        error_messages={"required": _("Say why the day is moved. The resident will read it.")},
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["note"].required = self.case.status == Status.PLANNED

    def clean_planned_for(self) -> date:
        return _not_past(self.cleaned_data["planned_for"])


class AskForm(StepForm):
    question = text_field(_("Question to the resident"), help_text=_("One thing at a time, in plain words."))
    answer_by = day_field(_("Answer until"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        if self.case.is_legal:
            self.fields["answer_by"].help_text = _(
                "By law at least 7 days after the question reaches the person; a letter is some days on its way. "
                "The question says that the matter may stay unexamined without an answer."
            )

    def clean_answer_by(self) -> date:
        day = _not_past(self.cleaned_data["answer_by"])
        least = least_answer_day(self.case, timezone.localdate())
        if day < least:
            text = _("In a matter of law the person has at least 7 days: until %(date)s or later.")
            raise forms.ValidationError(text % {"date": date_format(least, "DATE_FORMAT")})
        return day


class WaitForm(StepForm):
    body = forms.CharField(
        label=_("Whom we wait for"), max_length=160, help_text=_("The resident reads this name.")
    )
    note = text_field(_("Note to the resident"), required=False, rows=3)


class ReasonForm(StepForm):
    """A step that needs nothing but its reason."""

    reason = text_field(
        _("Reason"),
        max_length=REASON_LENGTH,
        rows=3,
        help_text=FOR_COLLEAGUES,
    )


class ResolveForm(StepForm):
    outcome = forms.ChoiceField(label=_("Outcome"))
    answer = text_field(
        _("Answer to the resident"),
        rows=6,
        help_text=_("What was done, or why not and what the resident can do now. Only spam gets no answer."),
        error_messages={"required": _("Write to the resident what was done.")},
    )
    # Shown for this outcome only where scripts run (desk.js); elsewhere the help says when it is needed.
    authority = forms.CharField(
        label=_("Which authority"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"data-shown-for": f"outcome:{Outcome.FORWARDED}"}),
        help_text=_("Needed when it is forwarded to another authority; else leave it empty."),
        error_messages={"required": _("Name the authority to which it was forwarded.")},
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        outcome = data.get("outcome") if data else None
        self.fields["answer"].required = outcome != Outcome.SPAM
        self.fields["authority"].required = outcome == Outcome.FORWARDED
        # It is seen when it is needed; read by web/_optional.html.
        self.fields["authority"].changing_mark = ""  # type: ignore[attr-defined]
        if outcome == Outcome.DECLINED:
            why = _("Say why we cannot do this and what the resident can do now.")
            self.fields["answer"].error_messages["required"] = why
        is_legal = bool(self.case.kind) and Kind(self.case.kind).is_legal
        allowed = [o for o in Outcome if is_legal or o != Outcome.UNEXAMINED]
        choices: list[Any] = [("", _("choose")), *[(o.value, o.label) for o in allowed]]
        self.fields["outcome"] = forms.ChoiceField(label=_("Outcome"), choices=choices)

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"outcome": Outcome(self.cleaned_data["outcome"])}


class MergeForm(StepForm):
    into = forms.CharField(
        label=_("Number of the case that stays"),
        max_length=REFERENCE_LENGTH,
        help_text=_("It must be open and about the same thing. Matters of law are never merged."),
    )

    def clean_into(self) -> Case:
        other = self.other_case("into")
        if not other.is_open:
            raise forms.ValidationError(_("That case is not open any more."))
        if other.is_restricted or self.case.is_restricted:
            raise forms.ValidationError(_("One of the two is, or may be, a matter of law."))
        return other

    def arguments(self) -> dict[str, Any]:
        return {"into_id": self.cleaned_data["into"].pk}


class WriteForm(StepForm):
    body = text_field(_("Message"), rows=5, help_text=_("All residents on the case receive it."))


class NoteForm(OnceForm):
    body = text_field(_("Note"), rows=3, help_text=_("Only colleagues who may see this case read it."))


def usual_answer_day() -> date:
    """The day until which a resident is asked to answer, when nothing else is said."""
    return timezone.localdate() + timedelta(days=ANSWER_DAYS)


def _not_past(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_("This day is over."))
    return day
