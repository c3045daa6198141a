"""Words of the city in place of those that the product brings with it."""

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from notifications.models.notice import NoticeKind

# Beside the kinds of notices: what stands around the words in every one of them.
FRAME_KIND: Final = "FRAME"


class WordingQuerySet(models.QuerySet["Wording"]):
    def in_force(self, language: str, kinds: Iterable[str]) -> "WordingQuerySet":
        """The rows that count: the newest of each part, where it has not been given back to the file."""
        return self.newest().filter(language=language, kind__in=kinds).exclude(text="")

    def newest(self) -> "WordingQuerySet":
        """The last row of each part of each kind and language."""
        last = Wording.objects.values("language", "kind", "part").annotate(last=Max("pk")).values("last")
        return self.filter(pk__in=last)


WordingManager = models.Manager.from_queryset(WordingQuerySet)


class Wording(models.Model):
    """What one part of one kind of notice says in one language, as an administrator wrote it.

    Rows are never changed and never deleted: the newest of a part counts, and an empty one gives the part back to
    the file (``templates/notifications/<kind>/<language>.txt``).
    """

    kind = models.CharField(max_length=16)
    language = models.CharField(max_length=2)
    part = models.CharField(max_length=16)
    text = models.TextField(blank=True)
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = WordingManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[*NoticeKind.values, FRAME_KIND]), name="wording_kind_known"
            )
        ]
        indexes = [models.Index(fields=["language", "kind", "part", "id"], name="wording_of_part")]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} {self.part}"
