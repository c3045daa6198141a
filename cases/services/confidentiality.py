"""Closing a case to all but the fewest people, and opening it again: each for a stated reason."""

from datetime import datetime

from django.db import transaction

from cases.access import may_set_confidential, visible_cases
from cases.actors import Actor
from cases.models import Audience, Case, MessagePurpose
from cases.payloads import ConfidentialLifted, MadeConfidential
from cases.services._steps import Refused, save, write_message
from cases.timeline import record_event


class CannotMakeConfidential(Refused):
    """It is confidential already, there is no reason, or the actor may not."""


class CannotLiftConfidential(Refused):
    """It is not confidential, there is no reason, or the actor may not."""


@transaction.atomic(durable=True)
def make_confidential(
    *, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Let only the fewest people see the case, in any state. Raises CannotMakeConfidential.

    Whoever has the case keeps it while she works with cases at all; otherwise nobody has it any more.
    """
    case = Case.objects.lock(case_id, version)
    if case.confidential or not may_set_confidential(case, by) or not reason.strip():
        raise CannotMakeConfidential(case.reference)
    case.confidential = True
    save(case, at, "confidential")
    was_user = _take_from_assignee(case)
    note = _why(case, reason, by, at)
    record_event(case, MadeConfidential(note, was_user), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def lift_confidential(
    *, case_id: int, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Let everybody see the case again whose role and department it concerns. Raises CannotLiftConfidential.

    Who was excluded stays excluded, and a matter of law stays behind its gate.
    """
    case = Case.objects.lock(case_id, version)
    if not case.confidential or not may_set_confidential(case, by) or not reason.strip():
        raise CannotLiftConfidential(case.reference)
    case.confidential = False
    save(case, at, "confidential")
    record_event(case, ConfidentialLifted(_why(case, reason, by, at)), by=by, at=at)
    return case


def _take_from_assignee(case: Case) -> int | None:
    """The assignee who cannot see the case, of whom it is taken; asked of the rule that hides it from her."""
    assignee = case.assignee
    if assignee is None or visible_cases(assignee).filter(pk=case.pk).exists():
        return None
    case.assignee = None
    case.save(update_fields=["assignee"])
    return assignee.pk


def _why(case: Case, reason: str, by: Actor, at: datetime) -> int:
    internal, why = Audience.INTERNAL, MessagePurpose.REASON
    return write_message(case, reason, audience=internal, purpose=why, by=by, at=at).pk
