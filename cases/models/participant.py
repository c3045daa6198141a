"""Who is concerned by a case, with the contact details given for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.resident import Organisation, Resident
from cases.phones import is_mobile


class ParticipantRole(models.TextChoices):
    REPORTER = "REPORTER", _("reporter")
    CO_REPORTER = "CO_REPORTER", _("co-reporter")
    FOLLOWER = "FOLLOWER", _("follower")
    REPRESENTATIVE = "REPRESENTATIVE", _("representative")


class ContactChannel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    PHONE = "PHONE", _("phone")
    SMS = "SMS", _("text message")
    LETTER = "LETTER", _("letter")
    NONE = "NONE", _("no contact wished")


class CaseParticipant(models.Model):
    """A person on a case. Keys and PIN are derived (``cases.keys``): nothing secret is stored."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="participants")
    role = models.CharField(max_length=16, choices=ParticipantRole, default=ParticipantRole.REPORTER)
    name = models.CharField(max_length=160, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    postal_address = models.TextField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    channel = models.CharField(max_length=8, choices=ContactChannel, default=ContactChannel.NONE)
    # She wants to hear only what must be told (``notifications.planning``).
    only_compulsory = models.BooleanField(default=False)
    resident = models.ForeignKey(Resident, null=True, blank=True, on_delete=models.SET_NULL)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL)
    key_version = models.PositiveSmallIntegerField(default=1)
    revoked_at = models.DateTimeField(null=True, blank=True)
    detached_at = models.DateTimeField(null=True, blank=True)
    privacy_version = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel="EMAIL") | ~Q(email=""), name="participant_email_channel"
            ),
            models.CheckConstraint(
                condition=~Q(channel="PHONE") | ~Q(phone=""), name="participant_phone_channel"
            ),
            models.CheckConstraint(
                condition=~Q(channel="SMS") | ~Q(phone=""), name="participant_sms_channel"
            ),
            models.CheckConstraint(
                condition=~Q(channel="LETTER") | ~Q(postal_address=""), name="participant_letter_channel"
            ),
        ]
        indexes = [models.Index(fields=["email"], name="participant_email")]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or str(_("anonymous"))

    @property
    def channels(self) -> list[ContactChannel]:
        """The ways in which she can be told, by the contact details that she gave."""
        given = (
            (ContactChannel.EMAIL, self.email),
            (ContactChannel.PHONE, self.phone),
            (ContactChannel.SMS, is_mobile(self.phone)),
            (ContactChannel.LETTER, self.postal_address),
        )
        return [channel for channel, contact in given if contact]

    @property
    def speaks(self) -> bool:
        """Whether she may end the case and open it again; others on it only hear of it."""
        return self.role in (ParticipantRole.REPORTER, ParticipantRole.REPRESENTATIVE)

    @property
    def is_reachable(self) -> bool:
        return self.channel != ContactChannel.NONE and self.detached_at is None
