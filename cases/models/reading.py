"""Who is kept away from a case, and who read personal data and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.participant import CaseParticipant
from routing.models import Department


class Exclusion(models.Model):
    """A person or a department that must never see the case (KPA art. 232: not the one complained about)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.CASCADE)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(department__isnull=True),
                name="exclusion_of_one",
            ),
            models.UniqueConstraint(fields=["case", "user"], name="exclusion_user_once"),
            models.UniqueConstraint(fields=["case", "department"], name="exclusion_department_once"),
        ]

    def __str__(self) -> str:
        return f"exclusion from {self.case_id}"


class ReadReason(models.TextChoices):
    CASE_PAGE = "CASE_PAGE", _("case page")
    TRACKING_PAGE = "TRACKING_PAGE", _("tracking page")
    FILE = "FILE", _("file")
    OUTBOX = "OUTBOX", _("outbox")
    INBOX = "INBOX", _("incoming mail")
    CONTACTS = "CONTACTS", _("list of contacts")
    STATUS_BY_PHONE = "STATUS_BY_PHONE", _("status told by phone")
    ALIKE = "ALIKE", _("cases that may be the same")


class ReadLog(models.Model):
    """Somebody read personal data: who, of which case, when, why (KRI regulation: kept for two years)."""

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.SET_NULL)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    participant = models.ForeignKey(CaseParticipant, null=True, blank=True, on_delete=models.SET_NULL)
    reason = models.CharField(max_length=20, choices=ReadReason)
    detail = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "read_at"], name="read_of_case")]

    def __str__(self) -> str:
        return f"{self.reason} {self.case_id} {self.read_at:%Y-%m-%d %H:%M}"
