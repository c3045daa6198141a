"""The outbox: one notice per event, person and channel, from the plan to its end, and each attempt to hand it over."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import CaseEvent, CaseParticipant
from routing.models.loaded import LANGUAGES

_FALLBACK = "pl"


class NoticeKind(models.TextChoices):
    """What a notice says; its words lie in ``templates/notifications/<kind in lower case>/``."""

    RECEIVED = "RECEIVED", _("Received")
    PASSED_ON = "PASSED_ON", _("Passed to a department")
    QUESTION = "QUESTION", _("Question to the resident")
    PLANNED = "PLANNED", _("Planned")
    WAITING_OTHER = "WAITING_OTHER", _("Waiting for another body")
    MESSAGE = "MESSAGE", _("Message to the resident")
    RESOLVED = "RESOLVED", _("Resolved")
    REOPENED = "REOPENED", _("Reopened")
    MERGED = "MERGED", _("Merged")
    UNMERGED = "UNMERGED", _("Taken apart again")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LEFT = "LEFT", _("The resident left the case")
    LINK = "LINK", _("Link to the tracking page")


class NoticeChannel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    PHONE = "PHONE", _("call back")
    LETTER = "LETTER", _("letter")


class NoticeState(models.TextChoices):
    PLANNED = "PLANNED", pgettext_lazy("notice", "Waiting to be sent")
    CLAIMED = "CLAIMED", pgettext_lazy("notice", "Being sent")
    SENT = "SENT", pgettext_lazy("notice", "Sent")
    FAILED = "FAILED", pgettext_lazy("notice", "Could not be sent")
    CALL_BACK_DUE = "CALL_BACK_DUE", pgettext_lazy("notice", "To call back")
    LETTER_DUE = "LETTER_DUE", pgettext_lazy("notice", "Letter to print")
    DONE_BY_PERSON = "DONE_BY_PERSON", pgettext_lazy("notice", "Told by a person")
    COALESCED = "COALESCED", pgettext_lazy("notice", "Told in another notice")
    SKIPPED = "SKIPPED", pgettext_lazy("notice", "No longer needed")


# What the machine still has to do, and what waits for a person.
WAITING: Final = (NoticeState.PLANNED, NoticeState.CLAIMED)
FOR_A_PERSON: Final = (NoticeState.CALL_BACK_DUE, NoticeState.LETTER_DUE, NoticeState.FAILED)


class SkipReason(models.TextChoices):
    LEFT_CASE = "LEFT_CASE", _("the person left the case")
    UNREACHABLE = "UNREACHABLE", _("the person can no longer be reached this way")
    SPAM = "SPAM", _("the case is spam")
    TOLD = "TOLD", _("told in the conversation")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def claimable(self, at: datetime) -> "NoticeQuerySet":
        """Due and in nobody's hands: planned, or claimed by a worker whose lease ran out."""
        planned = Q(state=NoticeState.PLANNED, due_at__lte=at)
        return self.filter(planned | Q(state=NoticeState.CLAIMED, lease_until__lt=at))

    def page_before(self, notice_id: int | None, size: int) -> "NoticeQuerySet":
        """The newest notices, or those older than ``notice_id`` (keyset paging)."""
        older = self if notice_id is None else self.filter(pk__lt=notice_id)
        return older.order_by("-id")[:size]


NoticeManager = models.Manager.from_queryset(NoticeQuerySet)


class Notice(models.Model):
    """One person told of one event by one channel.

    ``subject`` and ``body`` are the words as last handed over; key and PIN are not in them
    (``links.conceal``). ``lease_until`` of a planned notice is how long no other worker is woken for it.
    """

    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="notices")
    participant = models.ForeignKey(CaseParticipant, on_delete=models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=NoticeChannel)
    kind = models.CharField(max_length=16, choices=NoticeKind)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=16, choices=NoticeState, default=NoticeState.PLANNED)
    into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="folded")
    skip_reason = models.CharField(max_length=16, choices=SkipReason, blank=True)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)

    objects = NoticeManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "participant", "channel"], name="notice_once"),
            models.CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(channel__in=NoticeChannel.values), name="notice_channel_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.COALESCED) | Q(into__isnull=False),
                name="notice_folded_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.SKIPPED) | ~Q(skip_reason=""),
                name="notice_skipped_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="notice_due", condition=Q(state__in=WAITING)),
            models.Index(fields=["state", "id"], name="notice_state"),
        ]

    @property
    def spoken_language(self) -> str:
        """The language to speak. A mail does not tell its own: it may be known only after the notice was planned."""
        known = (self.language, self.participant.language)
        return next((language for language in known if language in LANGUAGES), _FALLBACK)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} by {self.channel}"

    @property
    def waits_for_a_person(self) -> bool:
        return self.state in FOR_A_PERSON


class AttemptResult(models.TextChoices):
    HANDED_OVER = "HANDED_OVER", pgettext_lazy("attempt", "handed over")
    TEMPORARY = "TEMPORARY", pgettext_lazy("attempt", "failed, will be tried again")
    PERMANENT = "PERMANENT", pgettext_lazy("attempt", "failed")


class Attempt(models.Model):
    """One try to hand a notice over, with what the other side said."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="tries")
    tried_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=AttemptResult)
    error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.result} {self.notice_id}"
