"""Forms of the pages about mails. They check a dictionary and write nothing."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.access import NoAccess
from cases.actors import Actor
from cases.models import Case
from cases.queries.finding import find_case_for_staff
from contact_centre.intake.models import Mailbox, RuleAction, RuleField
from contact_centre.intake.senders import LONGEST, Proposal
from routing.models import User

USUAL_DAYS = 90
_REASON_LENGTH = 2_000


class AttachForm(forms.Form):
    """To which case a mail belongs."""

    reference = forms.CharField(
        label=_("Case number"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    is_told = forms.BooleanField(label=_("The sender is told of this case from now on"), required=False)

    def __init__(self, data: Any = None, *, person: User, by: Actor, **options: Any) -> None:
        super().__init__(data, **options)
        self.person, self.by = person, by

    def clean_reference(self) -> Case:
        """The case itself."""
        try:
            return find_case_for_staff(self.person, self.cleaned_data["reference"], self.by)
        except NoAccess as error:
            raise forms.ValidationError(_("There is no such case that you may see.")) from error


class RuleForm(forms.Form):
    """A rule about a sender. Rules about header fields are not for this page: what they catch cannot be shown."""

    field = forms.ChoiceField(
        label=_("The rule is about"),
        choices=[
            (RuleField.ADDRESS, _("one address")),
            (RuleField.DOMAIN, _("a domain and those below it")),
        ],
    )
    pattern = forms.CharField(
        label=_("Address or domain"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    queue = forms.ChoiceField(label=_("Mails to"), required=False)
    action = forms.ChoiceField(label=_("What becomes of its mails"), choices=RuleAction.choices)
    reason = forms.CharField(
        label=_("Reason"), max_length=_REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    last_date = forms.DateField(
        label=_("Last day of the rule"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_(
            "A year from now at most. A rule without an end is forgotten, and so is why it was made."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        boxes = Mailbox.objects.filter(is_active=True).order_by("address").values_list("address", flat=True)
        queue = self.fields["queue"]
        assert isinstance(queue, forms.ChoiceField)
        queue.choices = [("", _("all our mailboxes")), *((one, one) for one in boxes)]

    def clean_last_date(self) -> datetime:
        """The end of that day."""
        day = self.cleaned_data["last_date"]
        now = timezone.now()
        if not timezone.localdate(now) <= day <= timezone.localdate(now + LONGEST) - timedelta(days=1):
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))

    def proposal(self) -> Proposal:
        """What the service is asked for."""
        data = self.cleaned_data
        return Proposal(
            RuleField(data["field"]),
            data["pattern"],
            RuleAction(data["action"]),
            data["reason"],
            data["last_date"],
            queue=data["queue"],
        )
