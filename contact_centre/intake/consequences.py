"""What a mail set in motion: the automatic mails that its events lead to."""

from datetime import datetime, timedelta

from cases.models import CaseEvent, CaseParticipant
from contact_centre.intake.models import RawMessage
from notifications.models import NoticeChannel
from notifications.planning import Person, notices_for, plan_for


def automatic_mails(row: RawMessage, *, at: datetime) -> int:
    """How many notices by e-mail the notifications plan for what this mail brought to its case."""
    if row.case_id is None or row.case_message_id is None:
        return 0
    people = [_person(one) for one in CaseParticipant.objects.filter(case_id=row.case_id)]
    count = 0
    for event in CaseEvent.objects.filter(case_id=row.case_id, payload__message=row.case_message_id):
        plan = plan_for(event.kind, event.payload)
        planned = notices_for(plan, event.payload, people, at=at, hold=timedelta(0)) if plan else []
        count += sum(notice.channel == NoticeChannel.EMAIL for notice in planned)
    return count


def _person(row: CaseParticipant) -> Person:
    return Person(row.pk, row.channel, row.language, has_left=row.detached_at is not None)
