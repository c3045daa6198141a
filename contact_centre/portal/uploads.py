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
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.files import FORM_SECONDS, BadFile, FileProblem, StoredFile, keep_longer, store_file
from contact_centre.web.limits import Limit, network_of

_SALT = "portal.uploads"
# Files are stored before anybody knows whether a report comes of them: a network fills only so much of the disk.
FILES_LIMIT = Limit("files-network", count=60, seconds=600)
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


def receive_uploads(request: HttpRequest, token: UUID) -> Uploads:
    """The files of a form that was sent. Over the limit of the network nothing new is stored; the form says so."""
    kept, files = request.POST.getlist("kept"), request.FILES.getlist("photos")
    if files and FILES_LIMIT.is_passed(network_of(request)):
        known = collect_uploads(token, kept, ())
        text = _(
            "Very many files are coming from your network. Please wait 10 minutes, then choose them again."
        )
        return Uploads(token, known.stored, (*known.problems, text))
    return collect_uploads(token, kept, files)


def collect_uploads(token: UUID, kept: Sequence[str], files: "Sequence[UploadedFile[Any]]") -> Uploads:
    """The files remembered from before together with those that came now, at most as many as are allowed."""
    remembered = {known.sha256: known for value in kept if (known := _unsign(value, token))}
    stored = {digest: known for digest, known in remembered.items() if keep_longer(known)}
    problems = [_lost(known) for digest, known in remembered.items() if digest not in stored]
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


def _lost(file: StoredFile) -> str:
    text = _("We no longer have “%(name)s”. Please choose it again.")
    return text % {"name": (file.original_name or file.name)[:80]}


def _too_many(names: list[str]) -> str:
    quoted = (_("“%(name)s”") % {"name": name[:40]} for name in names[:5])
    shown = ", ".join(quoted) + (" …" if len(names) > 5 else "")
    text = _("You can send %(count)d files at most. We did not take: %(names)s.")
    return text % {"count": settings.UPLOAD_MAX_FILES, "names": shown}


def _sign(file: StoredFile, token: UUID) -> str:
    values = asdict(file) | {"taken_at": file.taken_at.isoformat() if file.taken_at else None}
    return signing.dumps(values, salt=f"{_SALT}:{token}", compress=True)


def _unsign(value: str, token: UUID) -> StoredFile | None:
    try:
        values: dict[str, Any] = signing.loads(value, salt=f"{_SALT}:{token}", max_age=FORM_SECONDS)
    except signing.BadSignature:
        return None
    taken_at = values["taken_at"]
    return StoredFile(**(values | {"taken_at": datetime.fromisoformat(taken_at) if taken_at else None}))
