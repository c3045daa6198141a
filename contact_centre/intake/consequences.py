"""What a mail set in motion: the automatic mails that its events lead to."""

from datetime import datetime, timedelta

from cases.models import CaseEvent, CaseParticipant, EventKind
from cases.queries.together import further_cases
from contact_centre.intake.fates import source_key
from contact_centre.intake.models import RawMessage
from notifications import counters
from notifications.models import FailureReason, Notice, NoticeChannel, NoticeState
from notifications.planning import Person, PlannedNotice, notices_for, plan_for


def automatic_mails(row: RawMessage, *, at: datetime) -> int:
    """How many notices by e-mail the notifications plan for what this mail brought to its cases."""
    if row.case_id is None or row.case_message_id is None:
        return 0
    events = CaseEvent.objects.filter(case_id=row.case_id, payload__message=row.case_message_id)
    opened = CaseEvent.objects.filter(case__in=further_cases([source_key(row)]), kind=EventKind.RECEIVED)
    return sum(_automatic_mails(event, at) for event in (*events, *opened))


def _automatic_mails(event: CaseEvent, at: datetime) -> int:
    rows = list(CaseParticipant.objects.filter(case_id=event.case_id))
    people = {one.pk: one for one in rows}
    plan = plan_for(event.kind, event.payload)
    planned = notices_for(plan, event.payload, map(_person, rows), at=at, hold=timedelta(0)) if plan else []
    return sum(_goes_out(event, one, people[one.participant_id], at) for one in planned)


def _goes_out(event: CaseEvent, planned: PlannedNotice, participant: CaseParticipant, at: datetime) -> bool:
    """Whether the notice is one by mail that no limit holds back; what is planned already is known."""
    if planned.channel != NoticeChannel.EMAIL:
        return False
    known = Notice.objects.filter(event=event, participant=participant, channel=planned.channel).first()
    if known is not None:
        return known.state != NoticeState.SKIPPED and known.failure != FailureReason.HELD
    held = counters.held_back(
        kind=planned.kind,
        actor=event.actor_kind,
        channel=planned.channel,
        participant=participant,
        at=at,
    )
    return held is None


def _person(row: CaseParticipant) -> Person:
    return Person(row.pk, row.channel, row.language, has_left=row.detached_at is not None)
