"""What the classifier said of a case, and what a person decided afterwards."""

from django.conf import settings
from django.db import models

from cases.models.case import Case
from routing.models import Category, Kind


class Prediction(models.Model):
    """One reading. ``suggestions`` is the top three as ``[{"code", "probability", "words": [...]}]``."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="predictions")
    event = models.OneToOneField("cases.CaseEvent", on_delete=models.PROTECT)
    model_version = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    suggestions = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    department = models.ForeignKey("routing.Department", null=True, blank=True, on_delete=models.PROTECT)
    was_routed = models.BooleanField(default=False)
    decided_category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT)
    decided_kind = models.CharField(max_length=16, choices=Kind, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.model_version} on {self.case_id}"
