"""The outbox: one notice per event, person and channel, from the plan to its end, and each attempt to hand it over."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import CaseEvent, CaseParticipant
from notifications.models.suppression import SuppressionReason
from routing.models.loaded import LANGUAGES

_FALLBACK = "pl"


class NoticeKind(models.TextChoices):
    """What a notice says; its words lie in ``templates/notifications/<kind in lower case>/``."""

    RECEIVED = "RECEIVED", _("Received")
    PASSED_ON = "PASSED_ON", _("Passed to a department")
    QUESTION = "QUESTION", _("Question to the resident")
    PLANNED = "PLANNED", _("Planned")
    WAITING_OTHER = "WAITING_OTHER", _("Waiting for another body")
    NEW_DAY = "NEW_DAY", _("New deadline")
    MESSAGE = "MESSAGE", _("Message to the resident")
    RESOLVED = "RESOLVED", _("Resolved")
    REOPENED = "REOPENED", _("Reopened")
    MERGED = "MERGED", _("Merged")
    UNMERGED = "UNMERGED", _("Taken apart again")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LEFT = "LEFT", _("The resident left the case")
    LINK = "LINK", _("Link to the tracking page")


class Priority(models.IntegerChoices):
    """Who goes first when more is due than may be sent: a person who waits for it before a copy for information."""

    FIRST = 1
    NORMAL = 5
    LAST = 9


class NoticeChannel(models.TextChoices):
    EMAIL = "EMAIL", _("e-mail")
    SMS = "SMS", _("text message")
    PHONE = "PHONE", _("call back")
    LETTER = "LETTER", _("letter")


class NoticeState(models.TextChoices):
    PLANNED = "PLANNED", pgettext_lazy("notice", "Waiting to be sent")
    CLAIMED = "CLAIMED", pgettext_lazy("notice", "Being sent")
    SENT = "SENT", pgettext_lazy("notice", "Sent")
    FAILED = "FAILED", pgettext_lazy("notice", "Could not be sent")
    UNDELIVERED = "UNDELIVERED", pgettext_lazy("notice", "Not delivered")
    CALL_BACK_DUE = "CALL_BACK_DUE", pgettext_lazy("notice", "To call back")
    LETTER_DUE = "LETTER_DUE", pgettext_lazy("notice", "Letter to print")
    DONE_BY_PERSON = "DONE_BY_PERSON", pgettext_lazy("notice", "Told by a person")
    COALESCED = "COALESCED", pgettext_lazy("notice", "Told in another notice")
    SKIPPED = "SKIPPED", pgettext_lazy("notice", "No longer needed")


# What the machine still has to do, and what waits for a person.
WAITING: Final = (NoticeState.PLANNED, NoticeState.CLAIMED)
FAILURES: Final = (NoticeState.FAILED, NoticeState.UNDELIVERED)
FOR_A_PERSON: Final = (NoticeState.CALL_BACK_DUE, NoticeState.LETTER_DUE, *FAILURES)
# How long a letter can be printed again: for a jam, a wrong click, an envelope that got lost.
PRINTED_AGAIN: Final = timedelta(days=7)


class SkipReason(models.TextChoices):
    LEFT_CASE = "LEFT_CASE", _("the person left the case")
    UNREACHABLE = "UNREACHABLE", _("the person can no longer be reached this way")
    SPAM = "SPAM", _("the case is spam")
    TOLD = "TOLD", _("told in the conversation")
    LIMIT = "LIMIT", _("many automatic mails to this address already")
    UNSUBSCRIBED = "UNSUBSCRIBED", _("the person asked for no more notices")


class FailureReason(models.TextChoices):
    """Why a notice did not reach the person; what the other side said stands beside it."""

    REFUSED = "REFUSED", _("refused at the hand-over")
    GAVE_UP = "GAVE_UP", _("tried for too long without success")
    SUPPRESSED = "SUPPRESSED", _("nothing is sent to this address any more")
    BOUNCED = "BOUNCED", _("came back or was refused on its way")
    HELD = "HELD", _("held back: many automatic mails to this address already")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def claimable(self, at: datetime) -> "NoticeQuerySet":
        """Due and in nobody's hands: planned, or claimed by a worker whose lease ran out."""
        planned = Q(state=NoticeState.PLANNED, due_at__lte=at)
        return self.filter(planned | Q(state=NoticeState.CLAIMED, lease_until__lt=at)).after_confirmation()

    def after_confirmation(self) -> "NoticeQuerySet":
        """Without what must wait because the person's confirmation has not gone by the same channel yet."""
        confirmation = Notice.objects.filter(
            participant_id=OuterRef("participant_id"),
            channel=OuterRef("channel"),
            kind=NoticeKind.RECEIVED,
            state__in=WAITING,
        )
        return self.filter(Q(kind=NoticeKind.RECEIVED) | ~Exists(confirmation))

    def page_before(self, notice_id: int | None, size: int) -> "NoticeQuerySet":
        """The newest notices, or those older than ``notice_id`` (keyset paging)."""
        older = self if notice_id is None else self.filter(pk__lt=notice_id)
        return older.order_by("-id")[:size]


NoticeManager = models.Manager.from_queryset(NoticeQuerySet)


class Notice(models.Model):
    """One person told of one event by one channel.

    ``subject`` and ``body`` are the words as last handed over; key and PIN are not in them
    (``links.conceal``). ``lease_until`` of a planned notice is how long no other worker is woken for it.
    ``delivered_at``: a provider says that the mail reached the person's mail system. ``failure`` with its note says
    why the notice did not arrive.
    """

    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="notices")
    participant = models.ForeignKey(CaseParticipant, on_delete=models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=NoticeChannel)
    kind = models.CharField(max_length=16, choices=NoticeKind)
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=16, choices=NoticeState, default=NoticeState.PLANNED)
    into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="folded")
    skip_reason = models.CharField(max_length=16, choices=SkipReason, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=12, choices=FailureReason, blank=True)
    failure_note = models.CharField(max_length=300, blank=True)
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
            models.Index(
                fields=["priority", "due_at", "id"], name="notice_due", condition=Q(state__in=WAITING)
            ),
            # What waits for its confirmation is asked of every notice that is due.
            models.Index(
                fields=["participant", "channel"],
                name="notice_confirmation",
                condition=Q(kind=NoticeKind.RECEIVED, state__in=WAITING),
            ),
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
    def fate(self) -> str:
        """What became of it, in words for a person of ours."""
        is_delivered = self.state == NoticeState.SENT and self.delivered_at is not None
        return gettext("Delivered") if is_delivered else self.get_state_display()

    @property
    def why(self) -> str:
        """Why it was not needed or did not arrive; empty for any other."""
        if self.failure == FailureReason.SUPPRESSED and self.failure_note in SuppressionReason.values:
            return f"{self.get_failure_display()}: {SuppressionReason(self.failure_note).label}"
        said = (self.get_skip_reason_display(), self.get_failure_display(), self.failure_note)
        return ": ".join(part for part in said if part)

    @property
    def waits_for_a_person(self) -> bool:
        return self.state in FOR_A_PERSON

    @property
    def may_become_letter(self) -> bool:
        """Whether a letter can go in place of it."""
        return self.channel != NoticeChannel.LETTER and bool(self.participant.postal_address)

    def prints_until(self) -> datetime | None:
        """Until when a letter that was printed can be printed again; None for all else."""
        is_told = self.channel == NoticeChannel.LETTER and self.state == NoticeState.DONE_BY_PERSON
        # A letter that failed and was told by phone has no words.
        return self.ended_at + PRINTED_AGAIN if is_told and self.body and self.ended_at else None

    def may_be_printed(self, at: datetime) -> bool:
        """Whether it is a letter that waits to be printed, or was printed a few days ago."""
        if self.state == NoticeState.LETTER_DUE:
            return self.channel == NoticeChannel.LETTER
        until = self.prints_until()
        return until is not None and at < until


class AttemptResult(models.TextChoices):
    HANDED_OVER = "HANDED_OVER", pgettext_lazy("attempt", "handed over")
    TEMPORARY = "TEMPORARY", pgettext_lazy("attempt", "failed, will be tried again")
    PERMANENT = "PERMANENT", pgettext_lazy("attempt", "failed")


class Attempt(models.Model):
    """One try to hand a notice over, with what the other side said.

    ``relay`` is the mail system that it went to, ``provider_id`` the id under which that one tells more of it later.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="tries")
    tried_at = models.DateTimeField()
    result = models.CharField(max_length=12, choices=AttemptResult)
    error = models.CharField(max_length=300, blank=True)
    relay = models.CharField(max_length=100, blank=True)
    provider_id = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["provider_id"], name="attempt_provider_id", condition=~Q(provider_id=""))
        ]

    def __str__(self) -> str:
        return f"{self.result} {self.notice_id}"
