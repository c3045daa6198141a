"""Words that come and go on an open case: replies of the resident, messages to her, notes among colleagues."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from cases.actors import Actor, resident
from cases.deadlines import PROMISE_FIELDS, resume_promise
from cases.files import StoredFile
from cases.models import Audience, Case, CaseParticipant, Channel, Message, MessagePurpose
from cases.payloads import MergedReply, MessageSent, NoteAdded, ResidentReplied
from cases.services._files import attach_files
from cases.services._reports import Reporter, let_in
from cases.services._steps import Refused, clean_text, save, touch, write_message
from cases.states import DESK, IN_DEPARTMENT, SYSTEM, Outcome, Status
from cases.timeline import record_event


class CannotWrite(Refused):
    """Nothing was said, nobody can be written to, or the actor does not work on the case."""


@transaction.atomic(durable=True)
def record_reply(  # noqa: PLR0913 - what came, and from whom
    *,
    participant_id: int,
    body: str,
    channel: Channel,
    source_key: str,
    at: datetime,
    files: Sequence[StoredFile] = (),
    language: str | None = None,
    full_body: str = "",
    sender: Reporter | None = None,
) -> Message:
    """Keep what the resident wrote. A case that waited for her goes on; any other but a new one asks for a person.

    ``sender``: somebody else wrote in her place, and has a part in the case from then on.
    On a merged case the words stay where they are, and whoever works the survivor is told of them.

    A repeat of ``source_key`` returns the first message. Raises CannotWrite when there is nothing in it.
    """
    participant = CaseParticipant.objects.select_related("case").get(pk=participant_id)
    case, survivor = _lock_with_survivor(participant.case)
    known = Message.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    if not clean_text(body) and not files:
        raise CannotWrite(case.reference)
    writer = participant if sender is None else let_in(case, sender, at)
    by = resident(writer.pk)
    fields = _take_up(case, by, at)
    save(case, at, *fields)
    message = write_message(
        case,
        body,
        audience=Audience.RESIDENT,
        purpose=MessagePurpose.REPLY,
        by=by,
        at=at,
        channel=channel,
        language=language,
        source_key=source_key,
        full_body=full_body,
    )
    attach_files(case, message, files, at)
    record_event(case, ResidentReplied(message.pk, channel), by=by, at=at)
    if survivor is not None:
        _tell_survivor(survivor, message, by, at)
    return message


@transaction.atomic(durable=True)
def send_message(*, case_id: int, body: str, by: Actor, at: datetime, version: int | None = None) -> Message:
    """Write to the residents of the case, as somebody who works on it. Raises CannotWrite.

    A new case goes on needing a person: one who passes it on.
    """
    case = Case.objects.lock(case_id, version)
    reachable = any(participant.is_reachable for participant in case.participants.all())
    if not (case.may_work(by) and body.strip() and reachable) or case.outcome == Outcome.SPAM:
        raise CannotWrite(case.reference)
    case.needs_person = case.needs_person and case.status == Status.NEW
    save(case, at, "needs_person")
    message = write_message(
        case, body, audience=Audience.RESIDENT, purpose=MessagePurpose.ANSWER, by=by, at=at
    )
    record_event(case, MessageSent(message.pk), by=by, at=at)
    return message


def add_note(*, case_id: int, body: str, by: Actor, at: datetime, source_key: str | None = None) -> Message:
    """Write an internal note that no resident ever sees. Raises CannotWrite.

    It changes nothing of the case: the version stays, so that no colleague's open form becomes old by it.
    A repeat of ``source_key`` returns the first note.
    """
    try:
        return _add_note_once(case_id, body, by, at, source_key)
    except IntegrityError:
        # The key is known. Nobody asks beforehand: nearly every note is new.
        known = Message.objects.filter(source_key=source_key).first() if source_key else None
        if known is None:
            raise
        return known


@transaction.atomic(durable=True)
def _add_note_once(case_id: int, body: str, by: Actor, at: datetime, source_key: str | None) -> Message:
    case = Case.objects.lock(case_id)
    if by.role not in (*DESK, *IN_DEPARTMENT, SYSTEM) or not body.strip():
        raise CannotWrite(case.reference)
    touch(case, at)
    message = write_message(
        case,
        body,
        audience=Audience.INTERNAL,
        purpose=MessagePurpose.NOTE,
        by=by,
        at=at,
        source_key=source_key,
    )
    record_event(case, NoteAdded(message.pk), by=by, at=at)
    return message


def _lock_with_survivor(case: Case) -> tuple[Case, Case | None]:
    """Both cases, locked in the order of their ids as everywhere."""
    ids = {case.pk, case.merged_into_id or case.pk}
    locked = {pk: Case.objects.lock(pk) for pk in sorted(ids)}
    own = locked[case.pk]
    return own, locked.get(own.merged_into_id) if own.merged_into_id else None


def _tell_survivor(survivor: Case, message: Message, by: Actor, at: datetime) -> None:
    survivor.needs_person = True
    save(survivor, at, "needs_person")
    record_event(survivor, MergedReply(message.case_id, message.pk), by=by, at=at)


def _take_up(case: Case, by: Actor, at: datetime) -> tuple[str, ...]:
    if case.may("resident_replied", by):
        case.resident_replied()
        resume_promise(case, at)
        return ("status", "resume_status", "needs_person", *PROMISE_FIELDS)
    if case.status not in (Status.NEW, Status.MERGED):
        case.needs_person = True
        return ("needs_person",)
    return ()
