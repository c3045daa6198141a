"""How many automatic mails an address gets (EMAIL §5)."""

from datetime import datetime, timedelta

import pytest

from cases.actors import ActorKind, staff
from cases.models import CaseEvent, CaseParticipant, EventKind
from cases.services.privacy import request_link
from notifications import counters
from notifications.counters import PER_ADDRESS, PER_CASE, Held, counted_as, forget_old, held_back
from notifications.models import (
    AutomaticMail,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeKind,
    NoticeState,
)
from notifications.queries import Fate, dead_letters, notices_for_staff
from notifications.services import resend
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, reporter_of
from tests.notifications.outbox import MUCH_LATER, deliver_all, plan_all

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


def held(
    participant: CaseParticipant,
    at: datetime = NOW,
    kind: str = NoticeKind.RECEIVED,
    actor: str = ActorKind.RESIDENT,
) -> Held | None:
    return held_back(kind=kind, actor=actor, channel=NoticeChannel.EMAIL, participant=participant, at=at)


def may(participant: CaseParticipant, at: datetime = NOW) -> bool:
    return held(participant, at) is None


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
    "kind", [NoticeKind.QUESTION, NoticeKind.MESSAGE, NoticeKind.RESOLVED, NoticeKind.REOPENED]
)
def test_what_a_person_wrote_or_decided_is_never_held_back(kind):
    person = reporter_of(make_case())
    went(person, NOW, 30)
    assert held(person, kind=kind, actor=ActorKind.STAFF) is None


@pytest.mark.parametrize(
    ("kind", "actor"),
    [
        (NoticeKind.RECEIVED, ActorKind.STAFF),
        (NoticeKind.REOPENED, ActorKind.RESIDENT),
        (NoticeKind.WITHDRAWN, ActorKind.RESIDENT),
        (NoticeKind.LEFT, ActorKind.RESIDENT),
        (NoticeKind.LINK, ActorKind.RESIDENT),
        (NoticeKind.PASSED_ON, ActorKind.SYSTEM),
    ],
)
def test_what_goes_out_without_one_of_us_is_held_back(kind, actor):
    person = reporter_of(make_case())
    assert held(person, kind=kind, actor=actor) is None
    went(person, NOW, 3)
    assert held(person, kind=kind, actor=actor) is Held.MANY


def test_a_link_that_is_asked_for_again_and_again_goes_out_twice_after_the_confirmation():
    case = make_case()
    for turn in range(5):
        request_link(participant_id=reporter_of(case).pk, at=NOW + timedelta(minutes=turn))
    plan_all(NOW + timedelta(minutes=10))
    links = Notice.objects.filter(kind=NoticeKind.LINK)
    assert [row.skip_reason for row in links.order_by("id")] == ["", "", "LIMIT", "LIMIT", "LIMIT"]


def test_a_report_too_many_is_for_a_person_who_may_have_it_confirmed(mailoutbox):
    for _ in range(11):
        make_case()
    plan_all()
    deliver_all()
    assert len(mailoutbox) == 10
    last = Notice.objects.order_by("id").last()
    assert last is not None
    assert (last.state, last.failure) == (NoticeState.FAILED, FailureReason.HELD)
    said = CaseEvent.objects.get(kind=EventKind.NOT_DELIVERED)
    assert said.case == last.event.case
    assert (said.payload["notice"], said.payload["failure"], said.payload["is_final"]) == (
        last.pk,
        "HELD",
        True,
    )
    agent = staff_member(Role.DISPATCHER)
    assert list(notices_for_staff(agent, Fate.TO_DO)) == [last]
    assert list(dead_letters(agent)) == []

    resend(notice_id=last.pk, by=staff(agent), at=MUCH_LATER)
    deliver_all()
    assert len(mailoutbox) == 11
    assert mailoutbox[-1].extra_headers["Message-ID"] == last.message_id != ""


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
