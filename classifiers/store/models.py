"""What was trained here and from what: versions and their promotions, decided examples, readings in the shadow.

The files of a version lie in ``settings.MODELS_DIR``. Keys name what a text belongs to; this room does not know what.
"""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ModelVersion(models.Model):
    """A trained model. At most one serves and one reads in the shadow; every process watches which.

    ``base`` is the fingerprint of corpus, catalogue and code. ``report``: figures by set of texts ("validation",
    "recent"), see ``classifiers.judging``. ``verdict``: what the gate found when it was compared with the one that
    served, see ``classifiers.gate``.
    """

    version = models.CharField(max_length=60, unique=True)
    path = models.CharField(max_length=400)  # below MODELS_DIR
    manifest = models.JSONField(default=dict)
    base = models.CharField(max_length=64, blank=True)
    report = models.JSONField(default=dict)
    verdict = models.JSONField(default=dict)
    is_serving = models.BooleanField(default=False)
    is_shadow = models.BooleanField(default=False)
    is_rejected = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_serving"], condition=models.Q(is_serving=True), name="model_one_serving"
            ),
            models.UniqueConstraint(
                fields=["is_shadow"], condition=models.Q(is_shadow=True), name="model_one_shadow"
            ),
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def directory(self) -> Path:
        return Path(settings.MODELS_DIR) / self.path

    @property
    def is_better(self) -> bool:
        """Whether it passed the gate when it was compared."""
        return bool(self.verdict.get("is_better"))

    @property
    def has_files(self) -> bool:
        """Whether it can still be loaded: the files of old versions are deleted, their figures are kept."""
        return self.directory.is_dir()


class PromotionReason(models.TextChoices):
    PREPARED = "PREPARED", _("new corpus, catalogue or code")
    BY_PERSON = "BY_PERSON", _("promoted by a person")
    AUTOMATIC = "AUTOMATIC", _("passed the gate")
    ROLLED_BACK = "ROLLED_BACK", _("rolled back")


class Promotion(models.Model):
    """A version began to serve: when, instead of which, why, and by whom (nobody: the system, or a command)."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(ModelVersion, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12, choices=PromotionReason)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promoted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version_id} {self.reason}"


class DecidedExample(models.Model):
    """A text without its personal data, what a model said of it, and what a person decided.

    ``noncase``: what it is when it is no case, else empty. ``suggestions``: ``[{"code", "probability"}]``.
    """

    key = models.CharField(max_length=80, unique=True)
    text = models.TextField()
    language = models.CharField(max_length=2)
    category = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=16, blank=True)
    urgency = models.CharField(max_length=10, blank=True)
    noncase = models.CharField(max_length=16, blank=True)
    model_version = models.CharField(max_length=60)
    suggestions = models.JSONField(default=list)
    was_routed = models.BooleanField(default=False)
    decided_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} {self.category or self.noncase}"


class ShadowReading(models.Model):
    """What a version that did not serve would have said of a text, beside the one that served."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="shadow_readings")
    key = models.CharField(max_length=80)
    category = models.CharField(max_length=60, blank=True)
    probability = models.FloatField()
    would_route = models.BooleanField()
    served_category = models.CharField(max_length=60, blank=True)
    served_route = models.BooleanField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="shadow_reading_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.key}"
