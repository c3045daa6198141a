"""What the read log says of one reading, in words: the log itself keeps codes and ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Attachment, ReadLog, ReadReason
from notifications.models import Notice
from notifications.queries import Fate


@dataclass(frozen=True, slots=True)
class Reading:
    """A row of the log; ``what`` is empty where the reason says it all."""

    log: ReadLog
    what: str


@dataclass(frozen=True, slots=True)
class _Named:
    files: Mapping[int, Attachment]
    notices: Mapping[int, Notice]


def in_words(logs: Sequence[ReadLog]) -> list[Reading]:
    """The rows with the names of files, notices and shelves instead of their codes."""
    named = _Named(
        Attachment.objects.in_bulk(_ids(logs, ReadReason.FILE)),
        Notice.objects.in_bulk(_ids(logs, ReadReason.OUTBOX)),
    )
    return [Reading(log, _what(log, named)) for log in logs]


def _ids(logs: Sequence[ReadLog], reason: ReadReason) -> list[int]:
    first = (log.detail.partition(" ")[0] for log in logs if log.reason == reason)
    return [int(word) for word in first if word.isdecimal()]


def _what(log: ReadLog, named: _Named) -> str:
    if log.reason == ReadReason.FILE:
        return _file(log.detail, named)
    if log.reason == ReadReason.OUTBOX:
        return _notice(log.detail, named)
    return ""


def _file(detail: str, named: _Named) -> str:
    """Of ``7``, ``7 display``, ``7 original`` or ``mail 7``; what was deleted since has no name any more."""
    key, _blank, form = detail.partition(" ")
    if key == "mail":
        return _("e-mail as it came")
    row = named.files.get(int(key)) if key.isdecimal() else None
    if row is None:
        return ""
    name = row.original_name or row.name
    return _("%(name)s, as it was sent") % {"name": name} if form == "original" else name


def _notice(detail: str, named: _Named) -> str:
    """Of a shelf, such as ``TO_DO``, or of one notice by its id."""
    if detail in Fate.values:
        return str(Fate(detail).label)
    notice = named.notices.get(int(detail)) if detail.isdecimal() else None
    return str(notice.get_kind_display()) if notice else ""
