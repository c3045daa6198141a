"""The files of a mail, kept where the cases keep files."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from django.conf import settings

from cases.files import BadFile, StoredFile, store_any_file, unkept_file
from cases.models.attachment import Scan
from contact_centre.intake.mail.files import scanning, sniffing
from contact_centre.intake.mail.types import MailFile

MAX_FILES: Final = 100
NOT_KEPT: Final = "attachment_not_kept"


def keep(files: Iterable[MailFile]) -> tuple[list[StoredFile], list[str]]:
    """Store the files, and say what could not be: that stays in the raw mail alone. Raises OSError.

    Of a file with a virus only the row is kept: its bytes are in the raw mail and nowhere else.
    """
    kept: list[StoredFile] = []
    left: list[str] = []
    for file in files:
        if len(kept) == MAX_FILES:
            left.append(_left("TOO_MANY", file))
            continue
        try:
            kept.append(_keep(file))
        except BadFile as problem:
            left.append(_left(problem.code, file))
    return kept, left


def _keep(file: MailFile) -> StoredFile:
    scan = scanning.scan(file.data)
    store = unkept_file if scan is Scan.INFECTED else store_any_file
    stored = store(file.data, original_name=file.name, media_type=file.sniffed_type)
    blocked = frozenset(settings.MAIL_BLOCKED_TYPES)
    return replace(
        stored,
        declared_type=file.media_type,
        disposition=file.disposition,
        content_id=file.content_id,
        is_inline=file.is_inline,
        summary=file.summary,
        dangers=sniffing.dangers(file.data, file.name, file.sniffed_type, blocked=blocked),
        scan=scan,
    )


def _left(reason: str, file: MailFile) -> str:
    return f"{NOT_KEPT}:{reason}:{file.name or file.media_type}"
