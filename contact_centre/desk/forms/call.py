"""A call, a visit or a letter as the agent notes it."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.access import NoAccess
from cases.actors import Actor
from cases.models import Case, Channel, ContactOutcome, Purpose
from cases.phones import is_mobile
from cases.queries.contacts import is_logged
from cases.queries.finding import find_case_for_staff, reference_of
from cases.states import Status
from contact_centre.desk.choices import category_choices
from contact_centre.desk.spoken_pin import LENGTH, caller_of
from contact_centre.web.plain import without_controls
from routing.models import Category, Kind, Urgency, User

SAID_LENGTH = 20_000
LOGGED_CHANNELS = (Channel.PHONE, Channel.COUNTER, Channel.LETTER)
# Anything else happens while the agent writes; these two reach the office at a moment of their own.
WITH_RECEIPT = (Channel.COUNTER, Channel.LETTER)
# To whom the privacy clause can be read or shown; who wrote a letter finds it in our answer.
SPOKEN_TO = (Channel.PHONE, Channel.COUNTER)
SHOWN_FOR_SPOKEN_TO = f"channel:{','.join(SPOKEN_TO)}"
# A letter that lay about for longer is a slip in the year.
OLDEST_RECEIPT = timedelta(days=366)


def source_key_of(key: Any) -> str:
    """What names the contact for ever: a second submit of the same form is the same contact."""
    return f"call:{key}"


def _any_category() -> list[Any]:
    return [("", _("the classifier decides")), *category_choices()]


class CallForm(forms.Form):
    """What was said, by whom, where, and what becomes of it: a case, words on a case, or nothing further."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    started = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    # That the caller said her PIN (``contact_centre.desk.spoken_pin``).
    proof = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LENGTH)
    channel = forms.ChoiceField(
        label=_("How"),
        choices=[(channel.value, channel.label) for channel in LOGGED_CHANNELS],
        widget=forms.RadioSelect,
    )
    received_date = forms.DateField(
        label=_("Received on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "For visits and letters: the day on which it reached the office. Terms of law count from it."
        ),
    )
    purpose = forms.ChoiceField(label=_("What about"), choices=Purpose.choices)
    # A case that may not be linked: its number goes before the words, for somebody who sees the case.
    about = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    said = forms.CharField(
        label=_("What the person says"),
        max_length=SAID_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Write down what the person says.")},
    )
    address = forms.CharField(
        label=_("Where"),
        required=False,
        max_length=240,
        widget=forms.TextInput(attrs={"list": "streets", "autocomplete": "off"}),
        help_text=_("Street and number, or a place that everybody knows."),
    )
    category = forms.ChoiceField(label=_("Category"), required=False, choices=_any_category)
    kind = forms.ChoiceField(
        label=_("Kind of matter"), required=False, choices=[("", _("by the category")), *Kind.choices]
    )
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Urgency.choices, initial=Urgency.NORMAL)
    answered = forms.CharField(
        label=_("What was answered"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=160)
    phone = forms.CharField(
        label=_("Phone"), required=False, max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    by_sms = forms.BooleanField(
        label=_("Send text messages instead of calling back"),
        required=False,
        widget=forms.CheckboxInput,
        help_text=_("Only to a mobile number."),
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    postal_address = forms.CharField(
        label=_("Postal address"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    no_sender = forms.BooleanField(
        label=_("The letter does not say how to answer"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-shown-for": f"channel:{Channel.LETTER}"}),
        help_text=_("For letters: without a postal address, phone or e-mail nobody is told anything."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    privacy_read = forms.BooleanField(
        label=_("I read the privacy clause to the person or showed it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-shown-for": SHOWN_FOR_SPOKEN_TO}),
        help_text=_("For calls and visits. Our answer to a letter says it in writing."),
    )
    becomes = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=[
            ("CASE", _("a new case")),
            ("LINK", _("belongs to a case that we have")),
            ("CONTACT", _("no case: it is settled")),
        ],
        widget=forms.RadioSelect,
    )
    reference = forms.CharField(
        label=_("Number of the case"),
        required=False,
        max_length=32,
        help_text=_("Only when it belongs to one. The digits are enough: 328."),
    )
    is_answer = forms.BooleanField(
        label=_("This is the resident's answer to our question"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-shown-for": "becomes:LINK"}),
        help_text=_(
            "Only for a case that waits for the resident. It goes on when phone or e-mail are those of the case, "
            "or the caller said the PIN; else a person looks at it."
        ),
    )
    outcome = forms.ChoiceField(
        label=_("How it was settled"),
        choices=[(o.value, o.label) for o in ContactOutcome if o != ContactOutcome.CASE_OPENED],
        help_text=_("Only when it is no new case."),
    )

    def __init__(self, data: Any = None, *, user: User, by: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        self.user, self.by = user, by
        self.caller = caller_of(str(self["proof"].value() or ""), user)
        if settings.SMS is None:
            del self.fields["by_sms"]
        self.mark_for(str(self["category"].value() or ""))

    def mark_for(self, code: str) -> None:
        """Do not call the place optional where the category needs one; a caller may not know it all the same."""
        category = Category.objects.filter(code=without_controls(code)).first() if code else None
        needs_place = category is not None and category.needs_place
        # Read by web/_optional.html.
        mark = _("(needed for this category)") if needs_place else _("(optional)")
        self.fields["address"].changing_mark = str(mark)  # type: ignore[attr-defined]

    def clean_received_date(self) -> datetime | None:
        day = self.cleaned_data["received_date"]
        if day is None:
            return None
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError(_("This day has not come yet."))
        if day < today - OLDEST_RECEIPT and self.cleaned_data.get("channel") in WITH_RECEIPT:
            raise forms.ValidationError(_("This day is more than a year ago. Check the year."))
        # Noon: the day is known, the hour is not, and no clock of ours counts from midnight.
        return timezone.make_aware(datetime.combine(day, time(12)))

    def clean_category(self) -> Category | None:
        code = self.cleaned_data["category"]
        return Category.objects.get(code=code) if code else None

    def clean_reference(self) -> Case | None:
        reference = self.cleaned_data["reference"].strip()
        if not reference:
            return None
        if self.caller is not None and reference_of(reference) == self.caller.case.reference:
            return self.caller.case
        try:
            return find_case_for_staff(self.user, reference, self.by)
        except NoAccess as error:
            raise forms.ValidationError(_("There is no such case that you may see.")) from error

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("channel") == Channel.LETTER:
            self._check_letter(data)
        if data.get("becomes") == "LINK" and "reference" in data and data["reference"] is None:
            self.add_error("reference", _("Which case does it belong to?"))
        if data.get("is_answer") and "reference" in data:
            self._check_answer(data)
        if data.get("by_sms") and not is_mobile(data.get("phone", "")):
            self.add_error(
                "by_sms", _("This number takes no text messages. Leave this empty, and we will call back.")
            )
        self._check_clause(data)
        if data.get("about") and data.get("said"):
            about = _("About the case %(reference)s.") % {"reference": data["about"]}
            data["said"] = f"{about} {data['said']}"
        return data

    def _check_letter(self, data: dict[str, Any]) -> None:
        if not data.get("received_date") and "received_date" not in self.errors:
            self.add_error("received_date", _("Say on which day the letter came."))
        is_answerable = any(
            data.get(field) or field in self.errors for field in ("phone", "email", "postal_address")
        )
        if data.get("becomes") == "CASE" and not (is_answerable or data.get("no_sender")):
            self.add_error("no_sender", _("Write down how to answer, or tick that the letter does not say."))

    def _check_clause(self, data: dict[str, Any]) -> None:
        if data.get("channel") not in SPOKEN_TO:
            # What was ticked before "letter" was chosen is not true of a letter.
            data["privacy_read"] = False
            return
        gave_data = any(data.get(field) for field in ("name", "phone", "email", "postal_address"))
        if gave_data and not data.get("privacy_read"):
            self.add_error(
                "privacy_read", _("Personal data were given: the person must hear the privacy clause.")
            )

    def _check_answer(self, data: dict[str, Any]) -> None:
        case: Case | None = data["reference"]
        if data.get("becomes") != "LINK" or case is None:
            self.add_error("is_answer", _("An answer belongs to a case that we have: give its number above."))
        elif case.status != Status.WAITING_RESIDENT and not is_logged(source_key_of(data.get("key"))):
            self.add_error("is_answer", _("This case does not wait for the resident. Leave this empty."))


class StatusForm(forms.Form):
    """What a caller says to hear how her case stands."""

    reference = forms.CharField(label=_("Case number"), max_length=32)
    pin = forms.CharField(
        label=_("PIN that the caller says"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Six digits from our first message, or from the call in which it was reported."),
    )
