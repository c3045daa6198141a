"""What an agent should know of a mail beside its words, written as a note on its case."""

from datetime import datetime

from cases.actors import SYSTEM_ACTOR
from cases.services.conversation import add_note
from contact_centre.intake.fates import Fate
from contact_centre.intake.mail.attachments import NOT_KEPT
from contact_centre.intake.mail.parse import CUT_MAIL, CUT_TEXT, MAX_TEXT, SEALED
from contact_centre.intake.mail.types import Seal
from contact_centre.intake.models import RawMessage
from contact_centre.web.system_notes import Remark, as_body


def leave_notes(row: RawMessage, fate: Fate, *, at: datetime) -> None:
    """One note with all of it; nothing where there is nothing to say. Safe to repeat."""
    if fate.case is None:
        return
    remarks = [*_suggestion(fate), *_seals(row), *_cut(row), *_files(fate)]
    if remarks:
        key = f"mail-note:{row.sha256}"
        add_note(case_id=fate.case.pk, body=as_body(remarks), by=SYSTEM_ACTOR, at=at, source_key=key)


def _suggestion(fate: Fate) -> list[tuple[Remark, str]]:
    return [(Remark.NAMES_CASE, fate.suggested.reference)] if fate.suggested is not None else []


def _seals(row: RawMessage) -> list[tuple[Remark, str]]:
    remarks = ((Seal.SIGNED, Remark.SIGNED), (Seal.ENCRYPTED, Remark.ENCRYPTED))
    return [(remark, "") for seal, remark in remarks if f"{SEALED}{seal}" in row.defects]


def _cut(row: RawMessage) -> list[tuple[Remark, str]]:
    """What of a mail was not read stands in the original, which the case links beside the message."""
    remarks = []
    if CUT_TEXT in row.defects:
        remarks.append((Remark.TEXT_CUT, str(MAX_TEXT)))
    if not CUT_MAIL.isdisjoint(row.defects):
        remarks.append((Remark.MAIL_CUT, ""))
    return [*remarks, (Remark.REST_IN_MAIL, "")] if remarks else []


def _files(fate: Fate) -> list[tuple[Remark, str]]:
    names = [defect.split(":", 2)[2] for defect in fate.defects if defect.startswith(f"{NOT_KEPT}:")]
    return [(Remark.FILE_NOT_KEPT, name) for name in names]
