"""The report form: what happened, where, photos, and how to reach the person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Channel, ContactChannel
from cases.phones import is_mobile
from cases.services.intake import Place, Report, Reporter
from contact_centre.portal.fields import (
    CategoryField,
    LineField,
    MailField,
    PlainTextField,
    photos_field,
)
from contact_centre.portal.uploads import Uploads
from contact_centre.web.addresses import find_street
from contact_centre.web.city import privacy_clause
from contact_centre.web.plain import without_controls
from routing.models import Category

DESCRIPTION_LENGTH = 20_000
# Fewer digits than any phone has.
_PHONE_DIGITS = 7
# What a category that is not for anonymous people asks for first.
_CONTACT = ("name", "email", "phone")
_WISHES = [
    (ContactChannel.EMAIL, gettext_lazy("By e-mail")),
    (ContactChannel.SMS, gettext_lazy("By text message")),
    (ContactChannel.PHONE, gettext_lazy("By phone")),
    (ContactChannel.LETTER, gettext_lazy("By letter")),
    (ContactChannel.NONE, gettext_lazy("I do not need an answer")),
]
_MISSING_FOR = {
    ContactChannel.EMAIL: (
        "email",
        gettext_lazy("Write your e-mail address, or choose another way to answer you."),
    ),
    ContactChannel.SMS: (
        "phone",
        gettext_lazy("Write your mobile number, or choose another way to answer you."),
    ),
    ContactChannel.PHONE: (
        "phone",
        gettext_lazy("Write your phone number, or choose another way to answer you."),
    ),
    ContactChannel.LETTER: (
        "postal_address",
        gettext_lazy("Write your postal address, or choose another way to answer you."),
    ),
}


class ReportForm(forms.Form):
    """Checks a report. Which contact and place are needed depends on the category, if one was chosen."""

    description = PlainTextField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy(
            "Use your own words, in Polish, English or Ukrainian. A few sentences are enough."
        ),
        max_length=DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write what happened. A few words are enough.")},
    )
    category = CategoryField(
        label=gettext_lazy("What is it about?"),
        help_text=gettext_lazy("You can leave this out. We will find the right people."),
        empty_label=gettext_lazy("I do not know – you decide"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose from the list, or leave this out.")},
        widget=forms.Select(
            attrs={
                "hx-get": reverse_lazy("portal:category_hint"),
                "hx-trigger": "change",
                "hx-target": "#category-hint",
            }
        ),
    )
    address = LineField(
        label=gettext_lazy("Where is it?"),
        help_text=gettext_lazy("Street and number, or a place that everybody knows. You do not need a map."),
        max_length=240,
        required=False,
        widget=forms.TextInput(
            attrs={
                "list": "streets",
                "autocomplete": "off",
                "hx-get": reverse_lazy("portal:streets"),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#streets",
                "hx-sync": "this:replace",
            }
        ),
    )
    photos = photos_field(
        settings.UPLOAD_MAX_FILES,
        settings.UPLOAD_MAX_FILE_BYTES,
        label=gettext_lazy("Photos or a document"),
        help_text=gettext_lazy(
            "Up to 5 files of 10 MB: JPEG, PNG, WebP, GIF or PDF. Please avoid faces and number plates if you can."
        ),
    )
    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = MailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("We will send you a link on which you can follow your report."),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "invalid": gettext_lazy("This does not look like an e-mail address. Example: anna@example.org")
        },
    )
    phone = LineField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    postal_address = LineField(
        label=gettext_lazy("Postal address"),
        help_text=gettext_lazy(
            "Only if you want a letter, or if it is a complaint, a petition or an application."
        ),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    wishes = forms.ChoiceField(
        label=gettext_lazy("How shall we answer you?"),
        choices=_WISHES,
        required=False,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language shall we answer?"),
        choices=[("pl", "Polski"), ("en", "English"), ("uk", "Українська")],
    )
    privacy_version = forms.CharField(required=False, widget=forms.HiddenInput)
    # Out of sight: only machines fill it in.
    website = forms.CharField(required=False, label=gettext_lazy("Leave this empty"))

    def __init__(self, *args: Any, uploads: Uploads, group: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploads = uploads
        if settings.SMS is None:
            wishes = self.fields["wishes"]
            assert isinstance(wishes, forms.ChoiceField)
            wishes.choices = [wish for wish in _WISHES if wish[0] != ContactChannel.SMS]
        if group:
            category = self.fields["category"]
            assert isinstance(category, CategoryField)
            category.put_first(without_controls(group))

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and sum(c.isdigit() for c in phone) < _PHONE_DIGITS:
            raise forms.ValidationError(_("Write the phone number in digits. Example: 600 100 200"))
        return phone

    def clean_privacy_version(self) -> str:
        shown: str = self.cleaned_data["privacy_version"]
        if shown != privacy_clause().version:
            raise forms.ValidationError(
                _("We have changed the information on personal data. Please look at it below and send again.")
            )
        return shown

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for problem in self.uploads.problems:
            self.add_error("photos", problem)
        self._check_wishes(cleaned)
        if category := cleaned.get("category"):
            self._check_place(category, cleaned)
            self._check_contact(category, cleaned)
        if cleaned.get("website"):
            self.add_error(
                None,
                _("A field that people do not see was filled in. We have emptied it: please send again."),
            )
        return cleaned

    @property
    def chosen_category(self) -> Category | None:
        """The category chosen, also while other fields are wrong."""
        chosen: Category | None = getattr(self, "cleaned_data", {}).get("category")
        return chosen

    def mark_for(self, category: Category | None) -> None:
        """Do not call optional what this category cannot do without. Of the ways to be reached one is enough.

        Without a script the marks stay as they were when the page came: without a category that of the place says
        that it depends.
        """
        optional = _("(optional)")
        contact = optional if category is None or category.anonymous else ""
        place = _("(optional, but needed for some topics)")
        if category is not None:
            place = "" if category.needs_place else optional
        for name, mark in {"address": place, **dict.fromkeys(_CONTACT, contact)}.items():
            # Read by web/_optional.html; whether it is there is checked in ``clean``, with words of its own.
            self.fields[name].changing_mark = mark  # type: ignore[attr-defined]

    @property
    def marked_fields(self) -> list[forms.BoundField]:
        """The fields whose marks depend on the category."""
        return [self[name] for name in ("address", *_CONTACT)]

    def to_report(self, source_key: str, received_at: datetime, same_as_id: int | None = None) -> Report:
        """The checked form as a report for the services; with the case that the resident says it is the same as."""
        cleaned = self.cleaned_data
        return Report(
            source_key=source_key,
            channel=Channel.WEB,
            description=cleaned["description"],
            received_at=received_at,
            language=cleaned["language"],
            category=cleaned["category"],
            place=Place(address=cleaned["address"], street=find_street(cleaned["address"])),
            reporter=Reporter(
                name=cleaned["name"],
                email=cleaned["email"],
                phone=cleaned["phone"],
                postal_address=cleaned["postal_address"],
                wishes=ContactChannel(cleaned["wishes"]) if cleaned["wishes"] else None,
                privacy_version=cleaned["privacy_version"],
            ),
            files=self.uploads.stored,
            same_as_id=same_as_id,
        )

    def _check_wishes(self, cleaned: Mapping[str, Any]) -> None:
        wish = cleaned.get("wishes", "")
        field, message = _MISSING_FOR.get(wish, ("", ""))
        if not field or field in self.errors:
            return
        if not cleaned.get(field):
            self.add_error(field, message)
        elif wish == ContactChannel.SMS and not is_mobile(cleaned[field]):
            text = _("This number takes no text messages. Write a mobile number, or choose “By phone”.")
            self.add_error(field, text)

    def _check_place(self, category: Category, cleaned: Mapping[str, Any]) -> None:
        if category.needs_place and not cleaned.get("address") and "address" not in self.errors:
            self.add_error("address", _("Write where it is, so that we can find it."))

    def _check_contact(self, category: Category, cleaned: Mapping[str, Any]) -> None:
        if category.anonymous:
            return
        if not cleaned.get("name"):
            text = _("We cannot take “%(category)s” without your name.")
            self.add_error("name", text % {"category": category.name})
        ways = ("email", "phone", "postal_address")
        if not any(cleaned.get(way) or way in self.errors for way in ways):
            text = _("Write your e-mail, phone or postal address: we have to answer “%(category)s”.")
            self.add_error("email", text % {"category": category.name})
