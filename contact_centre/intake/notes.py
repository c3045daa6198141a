"""What an agent should know of a mail beside its words, written as a note on its case."""

from collections.abc import Iterable
from datetime import datetime

from cases.actors import SYSTEM_ACTOR
from cases.models import Case, Message, MessagePurpose
from cases.queries.together import opened_beside
from cases.services.conversation import add_note
from cases.services.mails import call_for_person, keep_waiting
from contact_centre.intake import opening
from contact_centre.intake.fates import Fate
from contact_centre.intake.machine_mail import BY_PROGRAM
from contact_centre.intake.mail.attachments import NOT_KEPT
from contact_centre.intake.mail.parse import CUT_MAIL, CUT_TEXT, MAX_TEXT, SEALED
from contact_centre.intake.mail.threading import OF_ORGANISATION
from contact_centre.intake.mail.types import Seal
from contact_centre.intake.models import RawMessage, RawState, Reason
from contact_centre.web.system_notes import Remark, as_body, named_cases

_SILENT = (Reason.MACHINE_MAIL, Reason.TOO_MANY, Reason.UNVERIFIED, Reason.NO_SENDER)


def leave_notes(row: RawMessage, fate: Fate, *, at: datetime) -> None:
    """One note with all of it on each case; nothing where there is nothing to say. Safe to repeat."""
    key = f"mail-note:{row.sha256}"
    if fate.reason is Reason.WAITS and fate.suggested is not None:
        body = as_body([(Remark.MAIL_WAITS, ""), *_flags(fate)])
        keep_waiting(case_id=fate.suggested.pk, body=body, source_key=key, at=at)
        return
    body = _body(row, fate)
    if fate.further:
        _leave_on_further(fate.further, body, key, at)
    if fate.case is None or fate.message is None:
        return
    if body and (fate.reason is Reason.COLLECTED or BY_PROGRAM in fate.flags):
        call_for_person(case_id=fate.case.pk, body=body, source_key=key, at=at)
    elif body:
        if fate.suggested is not None and _continues(fate.case, fate.suggested):
            said = as_body([(Remark.GOES_ON, fate.case.reference)])
            add_note(case_id=fate.suggested.pk, body=said, by=SYSTEM_ACTOR, at=at, source_key=f"{key}:ended")
        add_note(case_id=fate.case.pk, body=body, by=SYSTEM_ACTOR, at=at, source_key=key)


def _leave_on_further(further: tuple[Message, ...], body: str, key: str, at: datetime) -> None:
    """The same words are a case of several departments: each has the note, and names the others."""
    for one in further if body else ():
        add_note(case_id=one.case_id, body=body, by=SYSTEM_ACTOR, at=at, source_key=f"{key}:{one.case_id}")
    cases = [further[0].case, *opened_beside(further[0].case)]
    for case in cases:
        notes = case.messages.filter(purpose=MessagePurpose.NOTE, author_user__isnull=True)
        named = {reference for note in notes for reference in named_cases(note.body)}
        others = [
            (Remark.TOGETHER, one.reference) for one in cases if one != case and one.reference not in named
        ]
        if others:
            said, known = as_body(others), f"mail-together:{case.pk}:{others[-1][1]}"
            add_note(case_id=case.pk, body=said, by=SYSTEM_ACTOR, at=at, source_key=known)


def _body(row: RawMessage, fate: Fate) -> str:
    remarks = [
        *_flags(fate),
        *_organisation(row, fate),
        *_suggestion(fate),
        *_seals(row),
        *_cut(row),
        *_files(fate),
    ]
    return "\n".join(line for line in (as_body(remarks), *_comment(fate)) if line)


def _flags(fate: Fate) -> list[tuple[Remark, str]]:
    said = (
        (Remark.UNVERIFIED, opening.UNVERIFIED in fate.flags),
        (Remark.WEAK_SENDER, opening.WEAK in fate.flags),
        (Remark.SUBJECT_CHANGED, opening.SUBJECT_CHANGED in fate.flags),
        (Remark.SILENT, fate.reason in _SILENT and fate.state is not RawState.AUTO_REPLY_RECORDED),
        (Remark.BY_PROGRAM, BY_PROGRAM in fate.flags),
        (Remark.COLLECTED, fate.reason is Reason.COLLECTED),
    )
    return [(remark, "") for remark, holds in said if holds]


def _organisation(row: RawMessage, fate: Fate) -> list[tuple[Remark, str]]:
    """That somebody wrote for another of her domain, and has a part in the case from now on."""
    is_for_another = fate.evidence in OF_ORGANISATION.values() and fate.reason is Reason.REPLY
    return [(Remark.ORGANISATION, row.sender.rpartition("@")[2])] if is_for_another else []


def _suggestion(fate: Fate) -> list[tuple[Remark, str]]:
    if fate.suggested is None or fate.case is None:
        return []
    remark = Remark.CONTINUES if _continues(fate.case, fate.suggested) else Remark.NAMES_CASE
    return [(remark, fate.suggested.reference)]


def _continues(case: Case, ended: Case) -> bool:
    return case.parent_id == ended.pk


def _seals(row: RawMessage) -> list[tuple[Remark, str]]:
    remarks = ((Seal.SIGNED, Remark.SIGNED), (Seal.ENCRYPTED, Remark.ENCRYPTED))
    return [(remark, "") for seal, remark in remarks if f"{SEALED}{seal}" in row.defects]


def _comment(fate: Fate) -> Iterable[str]:
    """What one of us wrote above a mail that she passed on, marked so that no line is taken for a remark."""
    if fate.reason is not Reason.STAFF_FORWARD:
        return []
    return [Remark.PASSED_ON, *(f"> {line}" for line in fate.comment.splitlines())]


def _cut(row: RawMessage) -> list[tuple[Remark, str]]:
    """What of a mail was not read stands in the original, which the case links beside the message."""
    remarks = []
    if CUT_TEXT in row.defects:
        remarks.append((Remark.TEXT_CUT, str(MAX_TEXT)))
    if not CUT_MAIL.isdisjoint(row.defects):
        remarks.append((Remark.MAIL_CUT, ""))
    return [*remarks, (Remark.REST_IN_MAIL, "")] if remarks else []


def _files(fate: Fate) -> list[tuple[Remark, str]]:
    names = [flag.split(":", 2)[2] for flag in fate.flags if flag.startswith(f"{NOT_KEPT}:")]
    return [(Remark.FILE_NOT_KEPT, name) for name in names]
