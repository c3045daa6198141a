"""What the flags of a case were before an event, also when they changed again since."""

from datetime import timedelta

import pytest

from cases.access import flags_of
from cases.models import CaseEvent, EventKind
from cases.services.confidentiality import lift_confidential, make_confidential
from cases.services.workflow import reassign_case
from contact_centre.live.lost import flags_before
from routing.models import Role
from tests.factories import NOW, make_routed_case
from tests.record import actor, department

pytestmark = pytest.mark.django_db
THEN = NOW + timedelta(hours=1)


def test_what_was_confidential_at_the_time_and_is_not_now_was_hidden_then():
    case, by = make_routed_case(), actor(Role.HEAD)
    make_confidential(case_id=case.pk, reason="A witness.", by=by, at=THEN)
    reassign_case(case_id=case.pk, department=department("pwik"), reason="Theirs.", by=by, at=THEN)
    lift_confidential(case_id=case.pk, reason="Known by now.", by=by, at=THEN)
    events = {event.kind: event.pk for event in CaseEvent.objects.filter(case=case)}
    hidden, handed = events[EventKind.MADE_CONFIDENTIAL], events[EventKind.REASSIGNED]
    before = flags_before([hidden, handed], flags_of([case.pk]))
    assert [before[pk].confidential for pk in (hidden, handed)] == [False, True]
    assert before[handed].department_id == department("zdm").pk
