"""Words on a case: to and from residents and partners, and between colleagues."""

from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.codes import Channel
from cases.models.participant import CaseParticipant

# Keys of messages that came by mail begin so; the digest of the mail follows.
MAIL_KEY: Final = "mail:"


class Audience(models.TextChoices):
    RESIDENT = "RESIDENT", _("resident")
    PARTNER = "PARTNER", _("partner")
    INTERNAL = "INTERNAL", _("internal")


class MessagePurpose(models.TextChoices):
    REPORT = "REPORT", _("report")
    REPLY = "REPLY", _("reply")
    QUESTION = "QUESTION", _("question")
    ANSWER = "ANSWER", _("answer")
    NOTE = "NOTE", _("note")
    REASON = "REASON", _("reason")
    AUTO_REPLY = "AUTO_REPLY", _("automatic reply")


class Message(models.Model):
    """Redactable words. Exactly one author, or none for the system; events refer to it by id."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    audience = models.CharField(max_length=10, choices=Audience)
    purpose = models.CharField(max_length=10, choices=MessagePurpose)
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    author_participant = models.ForeignKey(CaseParticipant, null=True, blank=True, on_delete=models.PROTECT)
    author_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    body = models.TextField()
    # All words of a mail of which ``body`` is only what the person wrote; empty where nothing was folded away.
    full_body = models.TextField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    translation = models.TextField(blank=True)
    translation_language = models.CharField(max_length=2, blank=True)
    source_key = models.CharField(max_length=120, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(author_participant__isnull=True) | models.Q(author_user__isnull=True),
                name="message_one_author",
            )
        ]
        indexes = [models.Index(fields=["case", "id"], name="message_of_case")]

    def __str__(self) -> str:
        return f"{self.purpose} on {self.case_id}"

    @property
    def is_mail(self) -> bool:
        """Whether the words were read from a mail, which lies in storage as it came."""
        return bool(self.source_key and self.source_key.startswith(MAIL_KEY))

    @property
    def is_system_note(self) -> bool:
        """Whether a machine left it: its body is codes for whoever shows it, not words."""
        has_author = self.author_user_id is not None or self.author_participant_id is not None
        return self.purpose == MessagePurpose.NOTE and not has_author

    @property
    def is_from_resident(self) -> bool:
        return self.author_user_id is None and self.purpose in (MessagePurpose.REPORT, MessagePurpose.REPLY)
