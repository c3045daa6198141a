"""What people decided over raw messages: who, what and when. Nothing here is ever changed."""

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from contact_centre.intake.models.raw import RawMessage


class Decision(models.TextChoices):
    """What a person did with a mail. All but ``RETRY`` settle it."""

    RETRY = "RETRY", pgettext_lazy("mail decision", "tried again")
    ATTACH = "ATTACH", pgettext_lazy("mail decision", "added to a case")
    OPEN = "OPEN", pgettext_lazy("mail decision", "made a case")
    SPAM = "SPAM", pgettext_lazy("mail decision", "marked as spam")
    LAY_ASIDE = "LAY_ASIDE", pgettext_lazy("mail decision", "laid aside: nothing to do")


class MailDecision(models.Model):
    """One decision of one person over one mail."""

    raw = models.ForeignKey(RawMessage, on_delete=models.CASCADE, related_name="decisions")
    decision = models.CharField(max_length=10, choices=Decision)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision__in=Decision.values), name="mail_decision_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.raw_id}"
