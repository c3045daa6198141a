"""Automatic mails between us and an address: what the limits count, so that two machines never talk for long."""

from django.db import models

from cases.models import Case
from notifications.models.notice import Notice


class AutomaticMail(models.Model):
    """One automatic mail: to the address (``notice``), or from it (``source_key`` names the mail that came).

    ``address`` is what the limits count by: without the part behind a plus sign, because machines put another one
    into every mail.
    """

    address = models.CharField(max_length=254)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    notice = models.OneToOneField(Notice, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(notice__isnull=True) ^ models.Q(source_key__isnull=True),
                name="automatic_mail_goes_or_comes",
            )
        ]
        indexes = [
            models.Index(fields=["address", "at"], name="automatic_mail_address"),
            models.Index(fields=["case", "at"], name="automatic_mail_case"),
        ]

    def __str__(self) -> str:
        return f"automatic mail {self.pk}"
