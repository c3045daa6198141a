"""Photos and documents on a case. The bytes lie in storage, named by their content."""

from django.db import models

from cases.models.case import Case
from cases.models.message import Message


class Attachment(models.Model):
    """A file. ``original_path`` is restricted (evidence); ``display_path`` is free of EXIF and GPS.

    A photo on a case that needs no evidence has no ``original_path`` any more.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    sha256 = models.CharField(max_length=64)
    original_path = models.CharField(max_length=200, blank=True)
    display_path = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=160)
    original_name = models.CharField(max_length=160, blank=True)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_lat = models.FloatField(null=True, blank=True)
    taken_lon = models.FloatField(null=True, blank=True)
    is_internal = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "message", "sha256"], name="attachment_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_original(self) -> bool:
        """Whether what was really sent is still kept."""
        return bool(self.original_path)
