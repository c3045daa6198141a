"""To which groups an event is told."""

import pytest

from cases.models import EventKind
from contact_centre.live.pushes import DESK, News, _letters, case_group
from tests.factories import make_case
from tests.record import last_event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "hears"),
    [(EventKind.RECEIVED, False), (EventKind.NOTE_ADDED, False), (EventKind.STARTED, True)],
)
def test_desks_hear_of_all_and_residents_pages_of_what_may_change_them(kind, hears):
    case = make_case()
    letters = _letters([News(case.pk, last_event(case).pk, kind, case.version)])
    assert [group for group, _ in letters] == [DESK, *([case_group(case.pk)] if hears else [])]
