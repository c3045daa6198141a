"""The raw messages: what came in, byte for byte, and what became of it."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case, Message


class RawChannel(models.TextChoices):
    MAIL = "mail", _("e-mail")
    SMS = "sms", _("text message")


class RawState(models.TextChoices):
    """``RECEIVED`` and ``PARSED`` are on the way; every other state is final and has a reason."""

    RECEIVED = "RECEIVED", pgettext_lazy("raw message", "Received")
    PARSED = "PARSED", pgettext_lazy("raw message", "Read")
    CASE_CREATED = "CASE_CREATED", _("Opened a case")
    CASE_UPDATED = "CASE_UPDATED", _("Added to a case")
    BOUNCE_RECORDED = "BOUNCE_RECORDED", _("Returned mail recorded")
    AUTO_REPLY_RECORDED = "AUTO_REPLY_RECORDED", _("Automatic reply recorded")
    REPORT_RECORDED = "REPORT_RECORDED", _("Report of a mail system recorded")
    IGNORED = "IGNORED", _("Ignored")
    QUARANTINED = "QUARANTINED", _("Quarantined")
    FAILED = "FAILED", pgettext_lazy("raw message", "Failed")


class Reason(models.TextChoices):
    """Why a message ended in its state."""

    REQUEST = "REQUEST", _("a person's request")
    MACHINE_MAIL = "MACHINE_MAIL", _("sent by a machine or a list: nothing is sent back")
    TOO_MANY = "TOO_MANY", _("many mails from this address: nothing is sent back")
    STRANGER = "STRANGER", _("names a case that the sender has no part in")
    REPLY = "REPLY", _("a participant's reply")
    AFTER_END = "AFTER_END", _("answers a case that ended long ago: a case of its own")
    BOUNCE = "BOUNCE", _("our mail came back")
    AUTO_REPLY = "AUTO_REPLY", _("an automatic reply")
    READ_RECEIPT = "READ_RECEIPT", _("a read receipt")
    FEEDBACK_REPORT = "FEEDBACK_REPORT", _("a feedback report")
    DUPLICATE = "DUPLICATE", _("the same mail came before")
    OWN_MAIL = "OWN_MAIL", _("from an address of ours")
    LOOP = "LOOP", _("the mail ran in a circle")
    COLLECTED = "COLLECTED", _("many cases from this address today: added to the last of them")
    STAFF_FORWARD = "STAFF_FORWARD", _("passed on by one of us")
    WAITS = "WAITS", _("waits beside the case that it names, for a person")
    BY_PERSON = "BY_PERSON", _("decided by a person")
    FORGED = "FORGED", _("claims to come from us, and nothing proves it")
    UNVERIFIED = "UNVERIFIED", _("the sender's domain says that the mail is not from there")
    BLOCKED = "BLOCKED", _("the sender is blocked")
    SPAM = "SPAM", _("sorted out as spam")
    NO_SENDER = "NO_SENDER", _("no usable sender address")
    EMPTY = "EMPTY", _("nothing in it")
    STOPPED = "STOPPED", _("wants only those text messages that must be")
    TOO_LARGE = "TOO_LARGE", _("larger than the mailbox takes")
    ERROR = "ERROR", _("could not be processed")


class Evidence(models.TextChoices):
    """What tied a message to a case."""

    REPLY_TOKEN = "REPLY_TOKEN", _("signed reply address")
    REPLY_TOKEN_OTHER_SENDER = "REPLY_TOKEN_OTHER_SENDER", _("signed reply address of another participant")
    IN_REPLY_TO = "IN_REPLY_TO", _("answers a mail of the case")
    REFERENCES = "REFERENCES", _("refers to a mail of the case")
    REPLY_TOKEN_ORGANISATION = (
        "REPLY_TOKEN_ORGANISATION",
        _("signed reply address of somebody of the same organisation"),
    )
    IN_REPLY_TO_ORGANISATION = (
        "IN_REPLY_TO_ORGANISATION",
        _("answers a mail of the case, from the organisation of a participant"),
    )
    REFERENCES_ORGANISATION = (
        "REFERENCES_ORGANISATION",
        _("refers to a mail of the case, from the organisation of a participant"),
    )
    TOKEN_IN_TEXT = "TOKEN_IN_TEXT", _("quotes a signed address or link of the case")
    SUBJECT = "SUBJECT", _("case number in the subject")
    RETURN_ADDRESS = "RETURN_ADDRESS", _("address to which failures come back")
    ENCLOSED_MAIL = "ENCLOSED_MAIL", _("encloses a mail of the case")
    RECENT_MAIL = "RECENT_MAIL", _("the address was written to lately")
    PHONE_NUMBER = "PHONE_NUMBER", _("phone number of a person on the only open case with it")


# On the way: a crash here is mended by processing again.
UNSETTLED: Final = (RawState.RECEIVED, RawState.PARSED)


class RawMessage(models.Model):
    """One message as it came, named by the digest of its bytes, which lie in storage under ``path``.

    ``suggested_case`` is a case that the message names although its sender has no part in it: for a person
    to decide. ``sender`` is the address in the form in which addresses are compared.

    ``addressed_to`` are the addresses of ours that it went to, those of its copies too. ``copy_key`` names the mail
    however it came; one row holds it. ``lease_until``: a worker reads it; ``deaths``: how many workers it ended.
    ``told_at``: since when nobody need be told any more that the mail was too large.
    """

    channel = models.CharField(max_length=10, choices=RawChannel)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=RawState, default=RawState.RECEIVED)
    reason = models.CharField(max_length=20, choices=Reason, blank=True)
    evidence = models.CharField(max_length=30, choices=Evidence, blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    file_count = models.PositiveIntegerField(default=0)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="raw_messages"
    )
    case_message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="raw_messages"
    )
    suggested_case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggested_messages"
    )
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    defects = models.JSONField(default=list, blank=True)
    addressed_to = models.JSONField(default=list, blank=True)
    copy_key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    deaths = models.PositiveSmallIntegerField(default=0)
    told_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    # No column: whether ``store.keep`` has just written the row and nothing beside it, so that nobody looks there.
    is_new: bool = False
    # No column: the cases beside ``case`` that the mail opened, where somebody is shown them.
    further: tuple[Case, ...] = ()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "sha256"], name="raw_message_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=RawState.values), name="raw_message_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=UNSETTLED) | ~models.Q(reason=""), name="raw_message_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["message_id"], name="raw_message_message_id"),
            # Found by what a sender begins with, too.
            models.Index(
                fields=["sender", "received_at"],
                name="raw_message_sender",
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
            ),
            models.Index(fields=["state", "id"], name="raw_message_state"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.sha256[:12]} {self.state}"

    @property
    def is_settled(self) -> bool:
        return self.state not in UNSETTLED
