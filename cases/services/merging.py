"""Joining two cases about one thing, and taking them apart again."""

from datetime import datetime

from django.db import transaction

from cases.actors import Actor
from cases.models import Case
from cases.payloads import Merged, Unmerged
from cases.services._deciding import is_behind_gate
from cases.services._steps import Refused, save
from cases.timeline import record_event


class CannotMerge(Refused): ...


class CannotUnmerge(Refused): ...


@transaction.atomic(durable=True)
def merge_cases(*, case_id: int, into_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Merge a case into another; its participants hear of the survivor from now on. Raises CannotMerge.

    What is, or may be, a matter of law is never merged: each has its own term and its own answer.
    """
    if case_id == into_id:
        raise CannotMerge(str(case_id))
    # Two cases are always locked in the order of their ids, so that two merges cannot wait for each other.
    locked = {
        pk: Case.objects.lock(pk, version if pk == case_id else None) for pk in sorted((case_id, into_id))
    }
    case, survivor = locked[case_id], locked[into_id]
    may_join = not (is_behind_gate(case) or is_behind_gate(survivor)) and survivor.is_open
    if not case.may("merge", by) or not may_join:
        raise CannotMerge(case.reference)
    case.merge(survivor)
    save(case, at, "status", "resume_status", "merged_into")
    save(survivor, at)
    participants = tuple(case.participants.order_by("id").values_list("pk", flat=True))
    record_event(case, Merged(survivor.pk, participants), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def unmerge_case(*, case_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Take a merged case out again, into the state it had. Raises CannotUnmerge."""
    case = Case.objects.lock(case_id, version)
    if not case.may("unmerge", by):
        raise CannotUnmerge(case.reference)
    was_into = case.merged_into_id or 0
    case.unmerge()
    save(case, at, "status", "resume_status", "merged_into")
    record_event(case, Unmerged(was_into), by=by, at=at)
    return case
