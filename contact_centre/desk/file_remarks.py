"""What an agent should know of a file before she opens it, in words."""

from typing import Final

from django.utils.translation import gettext as _

from cases.models import Attachment
from cases.models.attachment import Scan

# Says nothing of a file, whoever says it.
_UNKNOWN: Final = "application/octet-stream"


def remarks_on(row: Attachment) -> tuple[str, ...]:
    """What it is about, what is dangerous, whether it was scanned; nothing of what somebody chose in a form."""
    if not row.declared_type:
        return ()
    remarks = [row.summary, *row.danger_labels, _other_type(row)]
    if row.scan != Scan.CLEAN:
        remarks.append(str(Scan(row.scan).label))
    return tuple(remark for remark in remarks if remark)


def _other_type(row: Attachment) -> str:
    """Where the sender and the bytes do not say the same, down to a picture that calls itself a document."""
    said, found = row.declared_type.partition("/")[0], row.media_type.partition("/")[0]
    if said == found or _UNKNOWN in (row.declared_type, row.media_type):
        return ""
    return _("sent as %(said)s, but it is %(found)s") % {"said": row.declared_type, "found": row.media_type}
