"""Photos and documents on a case. The bytes lie in storage, named by their content."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import Case
from cases.models.message import Message


class Scan(models.TextChoices):
    """What the virus scanner said of a file."""

    NOT_SCANNED = "NOT_SCANNED", _("not scanned for viruses")
    CLEAN = "CLEAN", _("no virus found")
    INFECTED = "INFECTED", _("holds a virus: not kept, and not to be had")


class Danger(models.TextChoices):
    """Why a file should not simply be opened."""

    EXECUTABLE = "EXECUTABLE", _("is or holds a program")
    MACRO = "MACRO", _("holds macros")
    ENCRYPTED_ARCHIVE = "ENCRYPTED_ARCHIVE", _("an encrypted archive: nobody could look inside")
    BLOCKED = "BLOCKED", _("of a type that the city does not accept")


class Attachment(models.Model):
    """A file. ``original_path`` is restricted (evidence); ``display_path`` is free of EXIF and GPS.

    A photo on a case that needs no evidence has no ``original_path`` any more; an infected file never has one.
    ``media_type`` is what the bytes say, ``declared_type`` what the sender said. ``is_decoration``: a logo or other
    ornament of a mail, not shown to residents.
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
    declared_type = models.CharField(max_length=160, blank=True)
    disposition = models.CharField(max_length=20, blank=True)
    content_id = models.CharField(max_length=255, blank=True)
    is_inline = models.BooleanField(default=False)
    is_decoration = models.BooleanField(default=False)
    summary = models.CharField(max_length=300, blank=True)
    dangers = models.JSONField(default=list, blank=True)
    scan = models.CharField(max_length=12, choices=Scan, default=Scan.NOT_SCANNED)
    is_internal = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "message", "sha256"], name="attachment_once"),
            models.CheckConstraint(
                condition=~models.Q(scan=Scan.INFECTED) | models.Q(original_path="", display_path=""),
                name="attachment_infected_is_not_kept",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="attachment_sha256")]

    def __str__(self) -> str:
        return self.name

    @property
    def has_original(self) -> bool:
        """Whether what was really sent is still kept."""
        return bool(self.original_path)

    @property
    def is_available(self) -> bool:
        """Whether there is anything to serve."""
        return bool(self.original_path or self.display_path)

    @property
    def danger_labels(self) -> list[str]:
        """The dangers in the language of the reader."""
        return [str(Danger(code).label) for code in self.dangers if code in Danger.values]
