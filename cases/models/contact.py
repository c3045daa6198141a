"""A moment of contact: a call, a visit, a letter. Most of them never become a case."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.codes import Channel


class Purpose(models.TextChoices):
    REPORT = "REPORT", _("a report")
    INFORMATION = "INFORMATION", _("a question")
    STATUS = "STATUS", _("status of a case")
    URGING = "URGING", _("urging")
    TRANSFER = "TRANSFER", _("transfer to another office")
    ABUSE = "ABUSE", _("abuse or nuisance")
    OTHER = "OTHER", _("something else")


class ContactOutcome(models.TextChoices):
    CASE_OPENED = "CASE_OPENED", _("case opened")
    ANSWERED = "ANSWERED", _("answered at once")
    TRANSFERRED = "TRANSFERRED", _("transferred")
    CALL_BACK = "CALL_BACK", _("call back")
    NOTHING = "NOTHING", _("nothing further")


class Contact(models.Model):
    """Who was in touch, why, what was said and answered; linked to any number of cases."""

    source_key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    purpose = models.CharField(max_length=12, choices=Purpose)
    outcome = models.CharField(max_length=12, choices=ContactOutcome)
    name = models.CharField(max_length=160, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=2, default="pl")
    said = models.TextField(blank=True)
    answered = models.TextField(blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    # When the letter or visit reached the office: the date from which law counts.
    received_at = models.DateTimeField()
    privacy_version = models.CharField(max_length=20, blank=True)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    cases = models.ManyToManyField(Case, blank=True, related_name="contacts")
    # A call back that was promised (outcome CALL_BACK) is due until somebody has made it.
    called_back_at = models.DateTimeField(null=True, blank=True)
    called_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(called_back_at__isnull=True, called_back_by__isnull=True)
                | models.Q(called_back_at__isnull=False, called_back_by__isnull=False),
                name="contact_called_back_by_somebody",
            ),
        ]
        indexes = [
            # Not partial: SQLite does not look into bound parameters for the condition of an index.
            models.Index(fields=["outcome", "called_back_at", "id"], name="contact_call_back"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_call_back_due(self) -> bool:
        """Whether somebody still has to phone as we promised."""
        return self.outcome == ContactOutcome.CALL_BACK and self.called_back_at is None
