"""The append-only record of what happened to a case, and the work rows that it leaves for consumers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.actors import ActorKind
from cases.models.case import Case
from cases.models.participant import CaseParticipant


class EventKind(models.TextChoices):
    RECEIVED = "RECEIVED", _("Received")
    TRIAGED = "TRIAGED", _("Read by the classifier")
    CLASSIFIED = "CLASSIFIED", _("Category or kind decided")
    ROUTED = "ROUTED", _("Passed to a department")
    TAKEN = "TAKEN", _("Taken by a person")
    STARTED = "STARTED", _("Work started")
    PLANNED = "PLANNED", _("Planned")
    QUESTION_ASKED = "QUESTION_ASKED", _("Question to the resident")
    WAITING_OTHER = "WAITING_OTHER", _("Waiting for another body")
    DAY_PASSED = "DAY_PASSED", _("The day has passed")
    RESUMED = "RESUMED", _("Resumed")
    RESIDENT_REPLIED = "RESIDENT_REPLIED", _("The resident wrote")
    MESSAGE_SENT = "MESSAGE_SENT", _("Message to the resident")
    ACKNOWLEDGED = "ACKNOWLEDGED", _("Seen, nothing to do")
    NOTE_ADDED = "NOTE_ADDED", _("Internal note")
    REASSIGNED = "REASSIGNED", _("Handed to another department")
    RETURNED = "RETURNED", _("Returned to the contact centre")
    RESOLVED = "RESOLVED", _("Resolved")
    CONFIRMED = "CONFIRMED", _("The resident confirmed")
    CLOSED = "CLOSED", _("Closed")
    REOPENED = "REOPENED", _("Reopened")
    MERGED = "MERGED", _("Merged")
    MERGED_REPLY = "MERGED_REPLY", _("Written on a merged case")
    UNMERGED = "UNMERGED", _("Taken apart again")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    DETACHED = "DETACHED", _("The resident left the case")
    LINK_REVOKED = "LINK_REVOKED", _("Tracking link revoked")
    LINK_REQUESTED = "LINK_REQUESTED", _("Tracking link asked for again")
    WISHES_CHANGED = "WISHES_CHANGED", _("The resident chose how to hear from us")
    EXCLUDED = "EXCLUDED", _("Excluded from the case")
    EXCLUSION_LIFTED = "EXCLUSION_LIFTED", _("Exclusion lifted")
    MADE_CONFIDENTIAL = "MADE_CONFIDENTIAL", _("Made confidential")
    CONFIDENTIAL_LIFTED = "CONFIDENTIAL_LIFTED", _("No longer confidential")
    CONTACT_LINKED = "CONTACT_LINKED", _("Contact logged")
    MAIL_WAITS = "MAIL_WAITS", _("A mail waits beside the case")
    MAIL_JOINED = "MAIL_JOINED", _("A mail was added by a person")
    MAIL_APART = "MAIL_APART", _("A mail became a case of its own")
    MAIL_ALLOWED = "MAIL_ALLOWED", _("Mails to the sender allowed")
    AUTO_REPLIED = "AUTO_REPLIED", _("Automatic reply")
    LOOP_STOPPED = "LOOP_STOPPED", _("Automatic mails stopped")
    NOT_DELIVERED = "NOT_DELIVERED", _("Not delivered")
    DISPLAYED = "DISPLAYED", _("Displayed to the resident")
    MESSAGE_MOVED = "MESSAGE_MOVED", _("Message moved to another case")
    MESSAGE_CAME = "MESSAGE_CAME", _("Message moved here")


class CaseEvent(models.Model):
    """One thing that happened. The payload holds ids and codes only; database triggers refuse a change."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind)
    schema = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField(default=dict)
    case_version = models.PositiveIntegerField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    actor_participant = models.ForeignKey(CaseParticipant, null=True, blank=True, on_delete=models.PROTECT)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_kind_known"),
        ]
        indexes = [models.Index(fields=["case", "id"], name="event_of_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class EventWork(models.Model):
    """What one consumer still has to do about one event: the queue of record. Deleted when done."""

    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="work")
    consumer = models.CharField(max_length=30)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="work_once")]
        indexes = [models.Index(fields=["consumer", "available_at"], name="work_available")]

    def __str__(self) -> str:
        return f"{self.consumer} of event {self.event_id}"
