"""Keeping people away from a case, making a tracking link useless, and recording who reads."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from cases.access import may_exclude
from cases.actors import Actor, resident
from cases.deadlines import PROMISE_FIELDS, resume_promise
from cases.models import (
    Audience,
    Case,
    CaseParticipant,
    Exclusion,
    Message,
    MessagePurpose,
    ReadLog,
    ReadReason,
)
from cases.payloads import Excluded, ExclusionLifted, LinkRequested, LinkRevoked
from cases.services._steps import Refused, save, write_message
from cases.states import Status
from cases.timeline import record_event
from routing.models import Department, User
from routing.services import subtree_ids

# A list that stays open and refreshes itself is one reading of each case on it for so long.
LIST_READ_ONCE_WITHIN = timedelta(hours=1)


class CannotExclude(Refused): ...


class CannotLift(Refused): ...


class CannotRevoke(Refused): ...


@transaction.atomic(durable=True)
def exclude(
    *,
    case_id: int,
    reason: str,
    by: Actor,
    at: datetime,
    user: User | None = None,
    department: Department | None = None,
    source_key: str | None = None,
) -> Case:
    """Keep one person or one department away from the case for good (KPA art. 232). Raises CannotExclude.

    An excluded assignee or department also loses the case itself. A repeat of ``source_key`` writes nothing.
    """
    case = Case.objects.lock(case_id)
    if source_key and Message.objects.filter(source_key=source_key).exists():
        return case
    if not may_exclude(by) or not reason.strip() or (user is None) == (department is None):
        raise CannotExclude(case.reference)
    Exclusion.objects.get_or_create(case=case, user=user, department=department, defaults={"created_at": at})
    was_department, was_user = case.department.code if case.department else None, case.assignee_id
    _take_away(case, user, department, by, at)
    save(case, at, "status", "resume_status", "department", "assignee", "needs_person", *PROMISE_FIELDS)
    internal, why = Audience.INTERNAL, MessagePurpose.REASON
    note = write_message(case, reason, audience=internal, purpose=why, by=by, at=at, source_key=source_key)
    excluded = (user.pk if user else None, department.code if department else None)
    lost = (
        was_department if case.department_id is None else None,
        was_user if case.assignee_id is None else None,
    )
    record_event(case, Excluded(*excluded, note.pk, *lost), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def lift_exclusion(*, case_id: int, exclusion: Exclusion, reason: str, by: Actor, at: datetime) -> Case:
    """Take back an exclusion that was made by mistake, for a stated reason. Raises CannotLift.

    Nothing that the exclusion took away comes back by itself.
    """
    case = Case.objects.lock(case_id)
    found = Exclusion.objects.select_related("department").filter(pk=exclusion.pk, case=case).first()
    if found is None or not may_exclude(by) or not reason.strip():
        raise CannotLift(case.reference)
    user_id, department = found.user_id, found.department.code if found.department else None
    found.delete()
    save(case, at)
    internal, why = Audience.INTERNAL, MessagePurpose.REASON
    note = write_message(case, reason, audience=internal, purpose=why, by=by, at=at)
    record_event(case, ExclusionLifted(user_id, department, note.pk), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def revoke_link(
    *, participant_id: int, by: Actor, at: datetime, key_version: int | None = None
) -> CaseParticipant:
    """Make the tracking link, PIN and reply token of a participant useless; later mails carry new ones.

    ``key_version`` names the link that is meant: one that is useless already stays so, and nothing is written.
    Raises CannotRevoke for anybody but our own people.
    """
    case = Case.objects.lock(CaseParticipant.objects.values_list("case_id", flat=True).get(pk=participant_id))
    if by.user_id is None:
        raise CannotRevoke(case.reference)
    participant = CaseParticipant.objects.get(pk=participant_id)
    if key_version not in (None, participant.key_version):
        return participant
    participant.key_version += 1
    participant.save(update_fields=["key_version"])
    save(case, at)
    record_event(case, LinkRevoked(participant.pk, participant.key_version), by=by, at=at)
    return participant


@transaction.atomic(durable=True)
def request_link(*, participant_id: int, at: datetime) -> CaseParticipant:
    """Somebody who knows number and e-mail lost her link: it is sent to that e-mail again. The case stays as it is."""
    participant = CaseParticipant.objects.get(pk=participant_id)
    case = Case.objects.lock(participant.case_id)
    record_event(case, LinkRequested(participant.pk), by=resident(participant.pk), at=at)
    return participant


def log_reading(
    *,
    case_id: int | None,
    reason: ReadReason,
    at: datetime,
    user: User | None = None,
    participant: CaseParticipant | None = None,
    detail: str = "",
) -> None:
    """Record that somebody read personal data: who, what, why and when."""
    ReadLog.objects.create(
        case_id=case_id, user=user, participant=participant, reason=reason, detail=detail[:60], read_at=at
    )


def log_list_reading(
    *,
    case_ids: Iterable[int | None],
    user: User,
    reason: ReadReason,
    at: datetime,
    detail: str = "",
    is_refresh: bool = False,
) -> None:
    """Record that somebody read a list of personal data: one row for each case on it.

    None among the cases stands for what belongs to none. The refresh of an open page writes only what it did
    not show in the last hour.
    """
    ids = dict.fromkeys(case_ids)
    if is_refresh:
        lately = ReadLog.objects.filter(user=user, reason=reason, read_at__gt=at - LIST_READ_ONCE_WITHIN)
        known: set[int | None] = set(
            lately.filter(case_id__in=[pk for pk in ids if pk]).values_list("case_id", flat=True)
        )
        if None in ids and lately.filter(case__isnull=True).exists():
            known.add(None)
        ids = dict.fromkeys(pk for pk in ids if pk not in known)
    ReadLog.objects.bulk_create(
        ReadLog(case_id=pk, user=user, reason=reason, detail=detail[:60], read_at=at) for pk in ids
    )


def _take_away(case: Case, user: User | None, department: Department | None, by: Actor, at: datetime) -> None:
    if user is not None and case.assignee_id == user.pk:
        case.assignee = None
    if department is None or case.department_id not in subtree_ids([department.pk]):
        return
    if case.may("return_to_desk", by):
        case.return_to_desk()
        resume_promise(case, at)
        return
    # An ended case keeps its state; when it comes back, it comes back to the contact centre.
    case.department = case.assignee = None
    case.resume_status = Status.NEW if case.resume_status else ""
