"""Writing the rows of files that came with words. The bytes lie in storage already.

When and where a photo was taken, and the original that tells it, are evidence: kept while nobody knows what the case
is about, and from then on only for the categories that need it. ``cases.leftovers`` deletes what no row refers to.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Count

from cases.files import StoredFile
from cases.models import Attachment, Case, Channel, Message

# From so many mails on it is a logo, and an inline picture of less bytes is one at once.
_REPEATED: Final = 3
_SMALL: Final = 10_000


def attach_files(case: Case, message: Message, files: Sequence[StoredFile], at: datetime) -> None:
    """Write the rows of files that lie in storage already; the same bytes on one message count once."""
    if not files:
        return
    unique = {file.sha256: file for file in files}
    keeps_evidence = case.category is None or case.category.keeps_evidence
    Attachment.objects.bulk_create(
        Attachment(case=case, message=message, created_at=at, **_columns(file, keeps_evidence))
        for file in unique.values()
    )
    if message is not case.new_message:
        # Nothing can repeat in the first words of a case.
        _mark_decorations(case, unique)


def _mark_decorations(case: Case, shas: Iterable[str]) -> None:
    """A picture that came with so many mails of the case is the logo of a signature."""
    pictures = case.attachments.filter(media_type__startswith="image/", message__channel=Channel.EMAIL)
    counts = pictures.filter(sha256__in=list(shas)).values("sha256").annotate(mails=Count("message"))
    repeated = [row["sha256"] for row in counts if row["mails"] >= _REPEATED]
    if repeated:
        pictures.filter(sha256__in=repeated).update(is_decoration=True)


def settle_evidence(case: Case) -> None:
    """The category is decided: forget when and where photos were taken, unless it needs to be known.

    Documents have no form but the original and keep it.
    """
    if case.category is None or case.category.keeps_evidence:
        return
    photos = case.attachments.exclude(display_path="").exclude(original_path="")
    photos.update(original_path="", taken_at=None, taken_lat=None, taken_lon=None)


def _columns(file: StoredFile, keeps_evidence: bool) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "sha256": file.sha256,
        "display_path": file.display_path,
        "name": file.name,
        "original_name": file.original_name[:160],
        "media_type": file.media_type,
        "size": file.size,
        "declared_type": file.declared_type[:160],
        "disposition": file.disposition,
        "content_id": file.content_id,
        "is_inline": file.is_inline,
        "is_decoration": file.is_inline and file.size < _SMALL and file.media_type.startswith("image/"),
        "summary": file.summary,
        "dangers": list(file.dangers),
        "scan": file.scan,
    }
    if keeps_evidence or not file.display_path:
        columns["original_path"] = file.original_path
    if keeps_evidence:
        columns |= {"taken_at": file.taken_at, "taken_lat": file.taken_lat, "taken_lon": file.taken_lon}
    return columns
