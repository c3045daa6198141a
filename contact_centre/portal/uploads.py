"""Files of a form: stored as they arrive, and remembered by the form over an error.

A stored file is remembered in the page itself, signed and bound to the form's token: nothing is kept in a session.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.files import BadFile, FileProblem, StoredFile, store_file

_SALT = "portal.uploads"
_MAX_AGE_SECONDS = 24 * 3600
PROBLEMS = {
    FileProblem.EMPTY: gettext_lazy("“%(name)s” is empty. Please choose it again."),
    FileProblem.TOO_LARGE: gettext_lazy("“%(name)s” is larger than 10 MB. Please send a smaller copy."),
    FileProblem.WRONG_TYPE: gettext_lazy(
        "“%(name)s” is not a photo (JPEG, PNG, WebP, GIF) or a PDF. Please send another file."
    ),
    FileProblem.BROKEN: gettext_lazy("“%(name)s” is damaged and cannot be opened. Please send it again."),
    FileProblem.BOMB: gettext_lazy("“%(name)s” has too many pixels. Please send a smaller copy."),
}


@dataclass(frozen=True, slots=True)
class Uploads:
    """What of a form's files lies in storage, and what is wrong with the others."""

    token: UUID
    stored: tuple[StoredFile, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def kept(self) -> list[tuple[StoredFile, str]]:
        """Each file with the signed value that stands for it in the form."""
        return [(file, _sign(file, self.token)) for file in self.stored]


def collect_uploads(token: UUID, kept: Sequence[str], files: "Sequence[UploadedFile[Any]]") -> Uploads:
    """The files remembered from before together with those that came now, at most as many as are allowed."""
    stored = {known.sha256: known for value in kept if (known := _unsign(value, token))}
    problems: list[str] = []
    left_out = []
    for file in files:
        name = file.name or _("file")
        if len(stored) >= settings.UPLOAD_MAX_FILES:
            left_out.append(name)
            continue
        try:
            one = store_file(file, original_name=name)
        except BadFile as bad:
            problems.append(str(PROBLEMS[bad.code]) % {"name": name[:80]})
        else:
            stored[one.sha256] = one
    if left_out:
        problems.append(_too_many(left_out))
    return Uploads(token, tuple(stored.values())[: settings.UPLOAD_MAX_FILES], tuple(problems))


def _too_many(names: list[str]) -> str:
    shown = ", ".join(f"“{name[:40]}”" for name in names[:5]) + (" …" if len(names) > 5 else "")
    text = _("You can send %(count)d files at most. We did not take: %(names)s.")
    return text % {"count": settings.UPLOAD_MAX_FILES, "names": shown}


def _sign(file: StoredFile, token: UUID) -> str:
    values = asdict(file) | {"taken_at": file.taken_at.isoformat() if file.taken_at else None}
    return signing.dumps(values, salt=f"{_SALT}:{token}", compress=True)


def _unsign(value: str, token: UUID) -> StoredFile | None:
    try:
        values: dict[str, Any] = signing.loads(value, salt=f"{_SALT}:{token}", max_age=_MAX_AGE_SECONDS)
    except signing.BadSignature:
        return None
    taken_at = values["taken_at"]
    return StoredFile(**(values | {"taken_at": datetime.fromisoformat(taken_at) if taken_at else None}))
