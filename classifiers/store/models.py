"""The model versions that were trained here. The files lie in ``settings.MODELS_DIR``; the rows say what they are."""

from pathlib import Path

from django.conf import settings
from django.db import models


class ModelVersion(models.Model):
    """A trained model. At most one serves; every process watches which."""

    version = models.CharField(max_length=60, unique=True)
    path = models.CharField(max_length=400)  # below MODELS_DIR
    manifest = models.JSONField(default=dict)
    is_serving = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_serving"], condition=models.Q(is_serving=True), name="model_one_serving"
            )
        ]

    def __str__(self) -> str:
        return self.version

    @property
    def directory(self) -> Path:
        return Path(settings.MODELS_DIR) / self.path
