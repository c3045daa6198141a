"""The files of a mail: read from their parts, and kept where the cases keep files."""

import io
from collections.abc import Iterable
from email.message import Message
from typing import Final

from cases.files import BadFile, StoredFile, store_file
from contact_centre.intake.mail import parts
from contact_centre.intake.mail.types import MailFile

MAX_FILES: Final = 30
NOT_KEPT: Final = "attachment_not_kept"


def read(found: Iterable[Message]) -> tuple[MailFile, ...]:
    """Name, type and bytes of each part that is a file."""
    return tuple(MailFile(parts.name(part), parts.media_type(part), _data(part)) for part in found)


def keep(files: Iterable[MailFile]) -> tuple[list[StoredFile], list[str]]:
    """Store what a case can show, and say what it cannot: that stays in the raw mail alone. Raises OSError."""
    kept: list[StoredFile] = []
    left: list[str] = []
    for file in files:
        if len(kept) == MAX_FILES:
            left.append(_left("TOO_MANY", file))
            continue
        try:
            kept.append(store_file(io.BytesIO(file.data), original_name=file.name))
        except BadFile as problem:
            left.append(_left(problem.code, file))
    return kept, left


def _data(part: Message) -> bytes:
    if not part.is_multipart():
        return parts.data(part)
    # A mail, or the parts of a report: as it stands in the source.
    return b"\n".join(child.as_bytes() for child in parts.children(part))


def _left(reason: str, file: MailFile) -> str:
    return f"{NOT_KEPT}:{reason}:{file.name or file.media_type}"
