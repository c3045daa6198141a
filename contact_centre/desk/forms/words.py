"""The words of one kind of notice in one language, part by part, and what to try them on."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contact_centre.desk.forms.steps import REFERENCE_LENGTH
from notifications.samples import Sample, samples_of
from notifications.wordings import TEXT_LENGTH, file_words, find_missing, find_problems

PART_LABELS = {
    "subject": gettext_lazy("Subject"),
    "lead": gettext_lazy("First sentence"),
    "quoted": gettext_lazy("Before words of ours that are quoted"),
    "then": gettext_lazy("After that; an empty line begins a paragraph"),
    "sender": gettext_lazy("Who writes"),
    "above": gettext_lazy("Line above which answers are written; other words are not known again"),
    "greeting": gettext_lazy("Greeting"),
    "number": gettext_lazy("Before the number of the report"),
    "pin": gettext_lazy("Before the PIN"),
    "pin_hint": gettext_lazy("What the PIN is for"),
    "button": gettext_lazy("Button that opens the case"),
    "link_hint": gettext_lazy("Beside the link"),
    "merged": gettext_lazy("On a report that was joined with another"),
    "answer": gettext_lazy("How to answer"),
    "phone": gettext_lazy("Before the phone number"),
    "privacy": gettext_lazy("Privacy clause in the confirmation"),
    "wishes": gettext_lazy("Link to what she wishes"),
    "more": gettext_lazy("Link to the whole privacy clause"),
    "call": gettext_lazy("How a call begins"),
}
_NOTE_LENGTH = 300


class WordsForm(forms.Form):
    """``current`` is what is said now, by part. An empty part is given back to the file.

    After validation ``words`` are those typed, and ``missing`` the facts that the file tells and they do not.
    """

    note = forms.CharField(
        label=gettext_lazy("Why the words change"), required=False, max_length=_NOTE_LENGTH
    )
    accept = forms.BooleanField(
        label=gettext_lazy("I know that the facts named above are no longer told"), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sample = forms.TypedChoiceField(label=gettext_lazy("Situation"), coerce=int, required=False)
    reference = forms.CharField(
        label=gettext_lazy("Or a case of yours, by its number"),
        required=False,
        max_length=REFERENCE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        language: str,
        current: dict[str, str],
        sees_cases: bool,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.kind, self.language, self.today = kind, language, timezone.localdate()
        self.words: dict[str, str] = {}
        self.missing: dict[str, list[str]] = {}
        self.samples: list[Sample] = samples_of(kind, language, self.today)
        situation = self.fields["sample"]
        assert isinstance(situation, forms.TypedChoiceField)
        situation.choices = [(number, sample.name) for number, sample in enumerate(self.samples)]
        if not sees_cases:
            del self.fields["reference"]
        self.of_file = file_words(kind, language)
        for name in self.of_file:
            self.fields[name] = _part_field(name, current[name], language)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.words = {name: "\n".join(data.get(name, "").splitlines()) for name in self.of_file}
        problems = find_problems(self.kind, self.language, self.words, on=self.today)
        for name, problem in problems.items():
            self.add_error(name, problem)
        sound = {name: text for name, text in self.words.items() if name not in problems}
        self.missing = find_missing(self.kind, self.language, sound)
        return data

    def ask_about_missing(self) -> None:
        """Saving words without facts of the file takes a yes."""
        if self.missing and not self.cleaned_data.get("accept"):
            self.add_error(
                "accept", _("Facts that the file tells are missing. Put them in, or tick this box.")
            )

    def chosen_sample(self) -> Sample:
        """The situation to try the words in; the first when none was chosen."""
        return self.samples[self.cleaned_data.get("sample") or 0]

    def parts(self) -> list[tuple[forms.BoundField, str, str]]:
        """Each part with the file's words, and the facts that are missing in it."""
        return [
            (self[name], text, ", ".join(f"facts.{fact}" for fact in self.missing.get(name, [])))
            for name, text in self.of_file.items()
        ]


def _part_field(name: str, text: str, language: str) -> forms.CharField:
    rows = min(12, max(1, text.count("\n") + len(text) // 80 + 1))
    widget = forms.Textarea(attrs={"rows": rows, "lang": language, "dir": "auto", "spellcheck": "true"})
    field = forms.CharField(
        label=PART_LABELS[name], required=False, max_length=TEXT_LENGTH, initial=text, widget=widget
    )
    # An empty part is said by the file, so none is called optional; read by web/_optional.html.
    field.changing_mark = ""  # type: ignore[attr-defined]
    return field
