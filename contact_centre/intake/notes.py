"""What an agent should know of a mail beside its words, written as a note on its case."""

from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from cases.actors import SYSTEM_ACTOR
from cases.services.conversation import add_note
from contact_centre.intake.fates import Fate
from contact_centre.intake.mail.attachments import NOT_KEPT
from contact_centre.intake.mail.parse import CUT_MAIL, CUT_TEXT, MAX_TEXT
from contact_centre.intake.models import RawMessage


def leave_notes(row: RawMessage, fate: Fate, *, at: datetime) -> None:
    """One note with all of it, in the city's language; nothing where there is nothing to say. Safe to repeat."""
    if fate.case is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        lines = [*_suggestion(fate), *_cut(row), *_files(fate)]
    if lines:
        key = f"mail-note:{row.sha256}"
        add_note(case_id=fate.case.pk, body="\n".join(lines), by=SYSTEM_ACTOR, at=at, source_key=key)


def _suggestion(fate: Fate) -> list[str]:
    if fate.suggested is None:
        return []
    text = _("The mail names the case %(reference)s, which its sender has no part in. It may belong there.")
    return [text % {"reference": fate.suggested.reference}]


def _cut(row: RawMessage) -> list[str]:
    """What of a mail was not read stands in the original, which the case links beside the message."""
    lines = []
    if CUT_TEXT in row.defects:
        text = _("The mail is very long. Its text here is cut after %(count)d characters.")
        lines.append(text % {"count": MAX_TEXT})
    if not CUT_MAIL.isdisjoint(row.defects):
        lines.append(_("The mail is very large or oddly built. Only a part of it was read."))
    if lines:
        lines.append(_("All of it is in the original e-mail: the link stands at the message."))
    return lines


def _files(fate: Fate) -> list[str]:
    names = [defect.split(":", 2)[2] for defect in fate.defects if defect.startswith(f"{NOT_KEPT}:")]
    text = _("Not taken over as a file, but kept in the original mail: %(name)s")
    return [text % {"name": name} for name in names]
