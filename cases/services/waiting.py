"""Waiting for another institution, and going on after any waiting."""

from datetime import datetime

from django.db import transaction

from cases.actors import Actor
from cases.deadlines import PROMISE_FIELDS, resume_promise
from cases.models import Audience, Case, MessagePurpose
from cases.payloads import Resumed, WaitingOther
from cases.services._steps import Refused, save, write_message
from cases.timeline import record_event


class CannotWait(Refused): ...


class CannotResume(Refused): ...


@transaction.atomic(durable=True)
def wait_for(
    *, case_id: int, body: str, note: str, by: Actor, at: datetime, version: int | None = None
) -> Case:
    """Wait for another institution, named to the resident. Raises CannotWait.

    The event leads to words that name it, for good: the case itself remembers only the last one.
    """
    case = Case.objects.lock(case_id, version)
    if not case.may("wait_for", by) or not body.strip():
        raise CannotWait(case.reference)
    case.wait_for(body.strip()[:160])
    save(case, at, "status", "resume_status", "waiting_for")
    words = f"{case.waiting_for}: {note.strip()}" if note.strip() else case.waiting_for
    message = write_message(
        case, words, audience=Audience.RESIDENT, purpose=MessagePurpose.REASON, by=by, at=at
    )
    record_event(case, WaitingOther(message.pk), by=by, at=at)
    return case


@transaction.atomic(durable=True)
def resume_work(*, case_id: int, by: Actor, at: datetime, version: int | None = None) -> Case:
    """Go back to where the case was before it waited. Raises CannotResume."""
    case = Case.objects.lock(case_id, version)
    if not case.may("resume", by):
        raise CannotResume(case.reference)
    case.resume()
    resume_promise(case, at)
    save(case, at, "status", "resume_status", "needs_person", *PROMISE_FIELDS)
    record_event(case, Resumed(case.status), by=by, at=at)
    return case
