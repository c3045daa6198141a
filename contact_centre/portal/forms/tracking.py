"""What a resident writes on the page of her case, and how she finds that page again."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import CaseParticipant, ContactChannel
from cases.models.references import is_reference
from contact_centre.portal.fields import LineField, MailField, PlainTextField, photos_field
from contact_centre.portal.uploads import Uploads

MESSAGE_LENGTH = 20_000
_CHANNEL_WORDS = {
    ContactChannel.EMAIL: gettext_lazy("by e-mail"),
    ContactChannel.PHONE: gettext_lazy("by phone: we call you"),
    ContactChannel.SMS: gettext_lazy("by text message"),
    ContactChannel.LETTER: gettext_lazy("by letter"),
    ContactChannel.NONE: gettext_lazy("not at all: I look at the page myself"),
}


class ReplyForm(forms.Form):
    """Words, files, or both."""

    body = PlainTextField(
        label=gettext_lazy("Your message"),
        max_length=MESSAGE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": gettext_lazy("Write something, or add a file.")},
    )
    photos = photos_field(
        settings.UPLOAD_MAX_FILES,
        settings.UPLOAD_MAX_FILE_BYTES,
        label=gettext_lazy("Photos or a document"),
        help_text=gettext_lazy("Up to 5 files of 10 MB: JPEG, PNG, WebP, GIF or PDF."),
    )

    def __init__(self, *args: Any, uploads: Uploads, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.uploads = uploads
        # What was sent with a file is an answer, words or not.
        self.fields["body"].required = not (uploads.stored or uploads.problems)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for problem in self.uploads.problems:
            self.add_error("photos", problem)
        return cleaned


class ReasonForm(forms.Form):
    """Why the person withdraws or reopens, made on the version of the case that she saw."""

    reason = PlainTextField(
        label=gettext_lazy("Why?"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, needs_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        self.fields["reason"].error_messages["required"] = _("Write what is still wrong.")


class WishesForm(forms.Form):
    """How a participant wants to hear from us. Only the channels for which she gave her details can be chosen."""

    language = forms.ChoiceField(
        label=gettext_lazy("In which language shall we write to you?"),
        choices=[("pl", "Polski"), ("en", "English"), ("uk", "Українська")],
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(label=gettext_lazy("How shall we tell you?"), widget=forms.RadioSelect)
    only_compulsory = forms.BooleanField(
        label=gettext_lazy("Tell me only what you must"),
        help_text=gettext_lazy(
            "Then we write when we have a question or an answer, and when the report is closed, opened again, or "
            "goes on under another number. You do not hear of the steps between; you see them on the page."
        ),
        required=False,
    )

    def __init__(self, *args: Any, participant: CaseParticipant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        # Without a provider nobody is offered text messages; who gets them keeps them until she chooses otherwise.
        kept = {participant.channel, *([ContactChannel.SMS] if settings.SMS else [])}
        offered = [one for one in participant.channels if one != ContactChannel.SMS or one in kept]
        if not participant.is_reachable:
            # Nobody is talked out of what she must be told, or into being told at all.
            offered.append(ContactChannel.NONE)
        channel.choices = [(one.value, _CHANNEL_WORDS[one]) for one in offered]


class FindForm(forms.Form):
    """Number and e-mail of a report that was lost sight of."""

    reference = LineField(
        label=gettext_lazy("Number of the report"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": gettext_lazy("Write the number. It stands in our first message.")},
    )
    email = MailField(
        label=gettext_lazy("The e-mail address that you gave us"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Write the e-mail address that you gave us with the report."),
            "invalid": gettext_lazy("This does not look like an e-mail address. Example: anna@example.org"),
        },
    )

    def clean_reference(self) -> str:
        """The form of the number and its check digit are no secret; whether it exists is."""
        reference = "".join(str(self.cleaned_data["reference"]).split()).upper()
        if not is_reference(reference):
            example = f"{settings.CITY_CODE}-2026-004711-7"
            raise forms.ValidationError(
                _("This is not a number of ours. It looks like %(example)s.") % {"example": example}
            )
        return reference
