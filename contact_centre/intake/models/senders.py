"""Rules about senders: whom we always listen to, whose mails are put aside, and who gets no automatic mail."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class RuleField(models.TextChoices):
    """What of a mail a rule looks at."""

    ADDRESS = "ADDRESS", pgettext_lazy("sender rule", "address")
    DOMAIN = "DOMAIN", pgettext_lazy("sender rule", "domain")
    HEADER = "HEADER", pgettext_lazy("sender rule", "header field")
    ADDRESS_PATTERN = "ADDRESS_PATTERN", pgettext_lazy("sender rule", "address by pattern")
    HEADER_PATTERN = "HEADER_PATTERN", pgettext_lazy("sender rule", "header field by pattern")


# Rules that look at a field of the header, which ``SenderRule.header`` names.
OF_HEADERS: Final = (RuleField.HEADER, RuleField.HEADER_PATTERN)
# Rules whose ``pattern`` is a regular expression.
BY_PATTERN: Final = (RuleField.ADDRESS_PATTERN, RuleField.HEADER_PATTERN)


class RuleAction(models.TextChoices):
    """``ALLOW`` beats all others; every other action leaves the mail on record. ``ORGANISATION`` shuts out nobody and
    lets nobody in: it is about to which case a mail belongs."""

    ALLOW = "ALLOW", pgettext_lazy("sender rule", "always let in")
    DROP = "DROP", pgettext_lazy("sender rule", "record and do nothing")
    SPAM = "SPAM", pgettext_lazy("sender rule", "put into the spam folder")
    NO_AUTO_REPLY = "NO_AUTO_REPLY", pgettext_lazy("sender rule", "send no automatic mail")
    ORGANISATION = "ORGANISATION", pgettext_lazy("sender rule", "its people stand for one another")


class SenderRule(models.Model):
    """One rule. It does nothing before the centre head approved it, and nothing after ``ends_at``.

    ``pattern`` is an address or a domain in the form in which they are compared (a domain means those below it too),
    for a header a text that its value holds in any case of letters, or a regular expression over either; ``header`` is
    the field's name. ``queue`` is the one address of ours that it is about; empty: all of them. An organisation is one
    domain, without those below it, at all our addresses.
    """

    field = models.CharField(max_length=20, choices=RuleField)
    header = models.CharField(max_length=76, blank=True)
    pattern = models.CharField(max_length=254)
    queue = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=16, choices=RuleAction)
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(field__in=RuleField.values), name="sender_rule_field_known"),
            models.CheckConstraint(
                condition=Q(action__in=RuleAction.values), name="sender_rule_action_known"
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(pattern=""), name="sender_rule_says_what_and_why"
            ),
            models.CheckConstraint(
                condition=~Q(field__in=OF_HEADERS) | ~Q(header=""), name="sender_rule_names_header"
            ),
            models.CheckConstraint(
                condition=~Q(action=RuleAction.ORGANISATION) | Q(field=RuleField.DOMAIN, queue=""),
                name="sender_rule_organisation",
            ),
        ]
        indexes = [models.Index(fields=["field", "pattern"], name="sender_rule_pattern")]

    def __str__(self) -> str:
        return f"{self.action} {self.pattern}"

    def is_in_force(self, at: datetime) -> bool:
        """Approved, begun and not over."""
        has_begun = self.approved_at is not None and self.approved_at <= at
        return has_begun and (self.ends_at is None or self.ends_at > at)
