"""How many automatic mails an address gets (EMAIL §5)."""

from datetime import datetime, timedelta

import pytest

from cases.models import CaseParticipant
from notifications import counters
from notifications.counters import PER_ADDRESS, PER_CASE, allows, counted_as, forget_old
from notifications.models import AutomaticMail, Notice, NoticeChannel, NoticeKind
from tests.factories import NOW, make_case, reporter_of
from tests.notifications.outbox import plan_all

pytestmark = pytest.mark.django_db


def went(participant: CaseParticipant, at: datetime, number: int) -> None:
    """So many automatic mails went to the participant by then."""
    event = participant.case.events.get(kind="RECEIVED")
    for index in range(number):
        other = CaseParticipant.objects.create(
            case=participant.case, email=f"x{index}@example.org", created_at=at, channel="EMAIL"
        )
        notice = Notice.objects.create(
            event=event, participant=other, channel="EMAIL", kind="RECEIVED", language="pl", due_at=at,
            created_at=at,
        )  # fmt: skip
        AutomaticMail.objects.create(
            notice=notice, address=counted_as(participant.email), case=participant.case, at=at
        )


def may(participant: CaseParticipant, at: datetime = NOW) -> bool:
    return allows(kind=NoticeKind.RECEIVED, channel=NoticeChannel.EMAIL, participant=participant, at=at)


def test_the_limits_are_those_that_were_agreed():
    assert ((timedelta(hours=1), 3), (timedelta(days=1), 10)) == PER_CASE
    assert ((timedelta(hours=1), 10), (timedelta(days=1), 25)) == PER_ADDRESS


@pytest.mark.parametrize(("span", "most"), PER_CASE)
def test_one_address_on_one_case(span, most):
    person = reporter_of(make_case())
    went(person, NOW - span + timedelta(minutes=1), most - 1)
    assert may(person)
    went(person, NOW - span + timedelta(minutes=1), 1)
    assert not may(person)
    assert may(person, NOW + span)


@pytest.mark.parametrize(("span", "most"), PER_ADDRESS)
def test_one_address_over_all_cases(span, most):
    for _ in range(most):
        went(reporter_of(make_case()), NOW - span + timedelta(minutes=1), 1)
    person = reporter_of(make_case())
    assert not may(person)
    assert may(person, NOW + span)


@pytest.mark.parametrize(
    "kind", [NoticeKind.QUESTION, NoticeKind.MESSAGE, NoticeKind.RESOLVED, NoticeKind.LINK]
)
def test_what_a_person_wrote_is_never_held_back(kind):
    person = reporter_of(make_case())
    went(person, NOW, 30)
    assert allows(kind=kind, channel=NoticeChannel.EMAIL, participant=person, at=NOW)


def test_what_stands_behind_a_plus_sign_does_not_count_as_another_address():
    assert counted_as("Reply+12.AB@Żuk.example") == counted_as("reply@żuk.example")


def test_a_planned_notice_is_counted_once():
    make_case()
    plan_all()
    plan_all()
    assert AutomaticMail.objects.count() == 1
    counters.note_sent(Notice.objects.get(), NOW)
    assert AutomaticMail.objects.count() == 1


def test_what_no_limit_asks_about_is_forgotten():
    person = reporter_of(make_case())
    went(person, NOW - counters.KEPT - timedelta(days=1), 1)
    assert forget_old(NOW) == 1
