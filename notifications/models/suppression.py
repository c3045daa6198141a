"""Addresses to which no mail is sent any more, and the failures that lead there."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SuppressionReason(models.TextChoices):
    """Why nothing is sent to an address."""

    DEAD = "DEAD", _("the address does not exist")
    SOFT = "SOFT", _("mails came back three times within 30 days")
    COMPLAINT = "COMPLAINT", _("the person reported our mail as unwanted")
    BY_HAND = "BY_HAND", _("one of us stopped it")


class Suppression(models.Model):
    """One reason not to write to one address, from ``since`` until it was lifted (``until``).

    Rows are never deleted: an address that died twice has two. ``address`` is the form in which addresses are
    compared (``suppression.address_key``); ``evidence`` names what it is known from, for a person.
    """

    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=10, choices=SuppressionReason)
    evidence = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["address", "reason"],
                condition=Q(until__isnull=True),
                name="suppression_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=SuppressionReason.values), name="suppression_reason_known"
            ),
        ]
        indexes = [models.Index(fields=["address", "since"], name="suppression_address")]

    def __str__(self) -> str:
        return f"{self.reason} since {self.since:%Y-%m-%d}"


class SoftFailure(models.Model):
    """A mail that did not arrive for a reason that may pass: a full mailbox, a server that was away for days.

    ``forgiven_at``: the address has shown since then that it lives.
    """

    address = models.CharField(max_length=254)
    evidence = models.CharField(max_length=300)
    failed_at = models.DateTimeField()
    forgiven_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["address", "evidence"], name="soft_failure_once")]
        indexes = [models.Index(fields=["address", "failed_at"], name="soft_failure_address")]

    def __str__(self) -> str:
        return f"soft failure {self.pk}"
