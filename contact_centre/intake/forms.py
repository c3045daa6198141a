"""Forms of the pages about mails. They check a dictionary and write nothing."""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.access import NoAccess
from cases.actors import Actor
from cases.models import Case
from cases.queries.finding import find_case_for_staff
from contact_centre.intake import patterns
from contact_centre.intake.models import BY_PATTERN, OF_HEADERS, Mailbox, RuleAction, RuleField
from contact_centre.intake.senders import (
    LONGEST,
    OrganisationFault,
    Proposal,
    fault_of_organisation,
    usable_pattern,
)
from routing.models import User

USUAL_DAYS = 90
_REASON_LENGTH = 2_000
# RFC 5322: printable ASCII but the colon.
_FIELD_NAME = re.compile(r"[!-9;-~]{1,76}")

_NOTHING = _("This is no address and no domain.")
_TOO_LARGE = _("This pattern is too large. Repeat less of it, or make several rules of it.")
_BOUNDLESS = _("This pattern fits any text, so the rule would be about every mail.")
_UNREADABLE = _(
    "This pattern cannot be read: %(why)s. There is no looking ahead or back, and no reference to a group."
)
# Beside which field, and what.
_OF_ORGANISATION: dict[OrganisationFault, tuple[str, Any]] = {
    OrganisationFault.NO_DOMAIN: ("field", _("Only the people of one domain can stand for one another.")),
    OrganisationFault.PUBLIC: (
        "pattern",
        _("Everybody can get an address at %(domain)s: its people have nothing in common."),
    ),
    OrganisationFault.OURS: ("pattern", _("%(domain)s is a domain of ours: colleagues are no residents.")),
    OrganisationFault.ONE_MAILBOX: (
        "queue",
        _("This is about cases, whatever their mailbox: choose all our mailboxes."),
    ),
}


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
    """A rule about a sender. It says beside the field what is wrong with an address, a domain or a pattern."""

    field = forms.ChoiceField(
        label=_("The rule is about"),
        choices=[
            (RuleField.ADDRESS, _("one address")),
            (RuleField.DOMAIN, _("a domain and those below it")),
            (RuleField.ADDRESS_PATTERN, _("addresses that a pattern fits")),
            (RuleField.HEADER, _("a text in a header field")),
            (RuleField.HEADER_PATTERN, _("a header field that a pattern fits")),
        ],
    )
    header = forms.CharField(
        label=_("Header field"),
        max_length=76,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Only for a rule about a header field, for example X-Mailer."),
    )
    pattern = forms.CharField(
        label=_("Address, domain, text or pattern"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "A pattern is a regular expression. It fits anywhere in the address or field, in capital and small letters "
            "alike; ^ and $ tie it to the ends: ^offers[0-9]+@ means offers1@…, offers27@… and so on."
        ),
    )
    queue = forms.ChoiceField(label=_("Mails to"), required=False)
    action = forms.ChoiceField(
        label=_("What becomes of its mails"),
        choices=RuleAction.choices,
        help_text=_(
            "Where people stand for one another, whoever of this very domain answers a mail about a case of one of "
            "them joins that case, if our mail server found that the answer is from there."
        ),
    )
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

    def clean(self) -> dict[str, Any]:
        """What belongs together: the kind of the rule, the header field and the pattern."""
        data = super().clean() or {}
        kind = data.get("field")
        if kind in OF_HEADERS and not _FIELD_NAME.fullmatch(data.get("header", "")):
            self.add_error("header", _("Name one header field as it stands in a mail, without the colon."))
        fault = _fault(RuleField(kind), data["pattern"]) if kind and "pattern" in data else None
        if fault is not None:
            self.add_error("pattern", fault)
        elif data.get("action") == RuleAction.ORGANISATION and kind and "pattern" in data:
            self._check_organisation(RuleField(kind), data["pattern"], data.get("queue", ""))
        return data

    def _check_organisation(self, kind: RuleField, pattern: str, queue: str) -> None:
        domain = usable_pattern(kind, pattern)
        fault = fault_of_organisation(kind, domain, queue)
        if fault is not None:
            name, words = _OF_ORGANISATION[fault]
            self.add_error(name, forms.ValidationError(words, params={"domain": domain}))

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
            header=data["header"],
            queue=data["queue"],
        )


def _fault(kind: RuleField, pattern: str) -> forms.ValidationError | None:
    """What is wrong with what a rule names, for whoever wrote it."""
    if kind not in BY_PATTERN:
        return None if usable_pattern(kind, pattern) else forms.ValidationError(_NOTHING)
    try:
        patterns.check(pattern)
    except patterns.TooLargePattern:
        return forms.ValidationError(_TOO_LARGE)
    except patterns.BoundlessPattern:
        return forms.ValidationError(_BOUNDLESS)
    except patterns.BadPattern as error:
        return forms.ValidationError(_UNREADABLE, params={"why": error})
    return None
