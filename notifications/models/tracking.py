"""What mail providers tell of mails after they took them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from notifications.models.notice import Notice


class NewsKind(models.TextChoices):
    """What a provider tells; what means nothing to us (queued, sent) is not kept."""

    DELIVERED = "DELIVERED", pgettext_lazy("mail", "delivered")
    DEFERRED = "DEFERRED", pgettext_lazy("mail", "delayed on its way")
    BOUNCED = "BOUNCED", pgettext_lazy("mail", "came back")
    REJECTED = "REJECTED", pgettext_lazy("mail", "refused by the provider")
    FAILED = "FAILED", pgettext_lazy("mail", "the provider could not send it")
    COMPLAINED = "COMPLAINED", pgettext_lazy("mail", "reported as unwanted")
    UNSUBSCRIBED = "UNSUBSCRIBED", pgettext_lazy("mail", "asked for no more mails")
    OPENED = "OPENED", pgettext_lazy("mail", "opened")
    CLICKED = "CLICKED", pgettext_lazy("mail", "a link was followed")


class DeliveryNews(models.Model):
    """One piece of news about one mail, kept once. ``applied_at`` is empty until a notice is known that it is about:
    news may come before we have written down that the mail was taken.
    """

    provider = models.CharField(max_length=40)
    key = models.CharField(max_length=128)
    kind = models.CharField(max_length=12, choices=NewsKind)
    message_id = models.CharField(max_length=255, blank=True)
    recipient = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)
    notice = models.ForeignKey(Notice, null=True, blank=True, on_delete=models.CASCADE, related_name="news")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "key"], name="news_once"),
            models.CheckConstraint(condition=Q(kind__in=NewsKind.values), name="news_kind_known"),
        ]
        indexes = [
            models.Index(fields=["message_id"], name="news_waiting", condition=Q(applied_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.provider}"
