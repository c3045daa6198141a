"""Forms of the steps with words that came by mail, or to the wrong case."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Message
from cases.services.moving import movable_messages
from contact_centre.desk.forms.steps import REFERENCE_LENGTH, StepForm

_EXCERPT = 60


class SplitForm(StepForm):
    """Which of the resident's messages it is about."""

    message = forms.ChoiceField(label=_("Which message"))

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        choices = [(str(one.pk), _named(one)) for one in movable_messages(self.case)]
        self.fields["message"] = forms.ChoiceField(label=_("Which message"), choices=choices)

    def arguments(self) -> dict[str, Any]:
        return {"message_id": int(self.cleaned_data["message"])}


class MoveForm(SplitForm):
    into = forms.CharField(
        label=_("Number of the case where it belongs"),
        max_length=REFERENCE_LENGTH,
        help_text=_("Whoever wrote takes part in that case from then on and is told of it."),
    )

    def clean_into(self) -> Case:
        return self.other_case("into")

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"into_id": self.cleaned_data["into"].pk}


def _named(message: Message) -> str:
    words = " ".join(message.body.split())
    short = words if len(words) <= _EXCERPT else words[: _EXCERPT - 1].rstrip() + "…"
    return f"{date_format(localtime(message.created_at), 'SHORT_DATETIME_FORMAT')} · {short}"
