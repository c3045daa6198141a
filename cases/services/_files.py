"""Writing the rows of files that came with words. The bytes lie in storage already.

When and where a photo was taken, and the original that tells it, are evidence: kept while nobody knows what the case
is about, and from then on only for the categories that need it. ``cases.leftovers`` deletes what no row refers to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.files import StoredFile
from cases.models import Attachment, Case, Message


def attach_files(case: Case, message: Message, files: Sequence[StoredFile], at: datetime) -> None:
    """Write the rows of files that lie in storage already; the same bytes on one message count once."""
    unique = {file.sha256: file for file in files}
    keeps_evidence = case.category is None or case.category.keeps_evidence
    Attachment.objects.bulk_create(
        Attachment(case=case, message=message, created_at=at, **_columns(file, keeps_evidence))
        for file in unique.values()
    )


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
    }
    if keeps_evidence or not file.display_path:
        columns["original_path"] = file.original_path
    if keeps_evidence:
        columns |= {"taken_at": file.taken_at, "taken_lat": file.taken_lat, "taken_lon": file.taken_lon}
    return columns
