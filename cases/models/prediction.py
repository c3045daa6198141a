"""What the classifier said of a case, and what a person decided afterwards."""

from django.conf import settings
from django.db import models

from cases.models.case import Case
from routing.models import Category, Kind, Urgency


class Prediction(models.Model):
    """One reading. ``suggestions`` is the top three as ``[{"code", "probability", "words": [...]}]``; ``first_code`` is
    the code of the first of them, for counting without opening them ("" where nothing was suggested).

    ``decided_noncase``: a person found that it is no case, and what it is. ``decided_by_ending``: she decided nothing
    else than to end the case, and so confirmed what it was taken for. ``was_corrected``: somebody gave the case another
    topic than it had after this reading, or found that it is no case. ``example_at``: when the decision was kept as
    an example to learn from; a new decision empties it.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="predictions")
    event = models.OneToOneField("cases.CaseEvent", on_delete=models.PROTECT)
    model_version = models.CharField(max_length=60)
    language = models.CharField(max_length=2)
    suggestions = models.JSONField(default=list)
    first_code = models.CharField(max_length=60, blank=True)
    findings = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    department = models.ForeignKey("routing.Department", null=True, blank=True, on_delete=models.PROTECT)
    was_routed = models.BooleanField(default=False)
    decided_category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT)
    decided_kind = models.CharField(max_length=16, choices=Kind, blank=True)
    decided_urgency = models.CharField(max_length=10, choices=Urgency, blank=True)
    decided_noncase = models.CharField(max_length=16, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    decided_by_ending = models.BooleanField(default=False)
    was_corrected = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    example_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(decided_at__isnull=False, example_at__isnull=True),
                name="prediction_to_learn",
            ),
            # All that ``queries.fates`` counts by, so that the counts of a busy quarter are read from it alone.
            models.Index(
                fields=[
                    "created_at",
                    "was_routed",
                    "was_corrected",
                    "decided_by_ending",
                    "decided_category",
                    "first_code",
                ],
                name="prediction_by_fate",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model_version} on {self.case_id}"
