"""Words on the wrong case: moved or made a case of their own, with their files and their day (EMAIL §4)."""

from datetime import timedelta

import pytest

from cases.models import Case, CaseEvent, Channel, EventKind, Message, MessagePurpose, StaleCase
from cases.services.conversation import record_reply
from cases.services.intake import Reporter
from cases.services.moving import CannotMove, movable_messages, move_message, split_message
from routing.models import Role
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.record import actor

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture
def case() -> Case:
    return make_routed_case()


@pytest.fixture
def message(case: Case) -> Message:
    return record_reply(
        participant_id=reporter_of(case).pk, body="Proszę też o kosz.", channel=Channel.EMAIL, source_key="mail:1",
        at=NOW + timedelta(hours=1),
    )  # fmt: skip


def test_words_move_with_their_writer_and_both_cases_know(case, message):
    other = make_routed_case(reporter=Reporter(email="ben@example.org"))
    move_message(
        case_id=case.pk, message_id=message.pk, into_id=other.pk, by=actor(Role.DISPATCHER), at=LATER
    )
    message.refresh_from_db()
    assert message.case == other
    assert message.author_participant in other.participants.filter(email="ana@example.org", role="FOLLOWER")
    events = CaseEvent.objects.filter(payload__message=message.pk, kind__startswith="MESSAGE_").order_by("id")
    assert list(events.values_list("case", "kind")) == [
        (case.pk, EventKind.MESSAGE_MOVED), (other.pk, EventKind.MESSAGE_CAME),
    ]  # fmt: skip
    other.refresh_from_db()
    assert other.needs_person


def test_who_takes_part_in_both_is_the_same_person_there(case, message):
    other = make_routed_case()
    move_message(case_id=case.pk, message_id=message.pk, into_id=other.pk, by=actor(Role.AGENT), at=LATER)
    message.refresh_from_db()
    assert message.author_participant == reporter_of(other)


def test_a_message_becomes_a_case_that_was_received_when_it_came(case, message):
    apart = split_message(case_id=case.pk, message_id=message.pk, by=actor(Role.DISPATCHER), at=LATER)
    message.refresh_from_db()
    assert (message.case, message.purpose) == (apart, MessagePurpose.REPORT)
    assert (apart.received_at, apart.description, apart.parent) == (
        NOW + timedelta(hours=1), "Proszę też o kosz.", case,
    )  # fmt: skip
    assert apart.is_restricted
    assert reporter_of(apart).email == "ana@example.org"
    event = CaseEvent.objects.get(case=apart, kind=EventKind.RECEIVED)
    assert event.work.filter(consumer="triage").exists()
    assert case.messages.filter(purpose="REPLY").count() == 0


def test_the_first_words_and_those_of_the_city_stay(case, message):
    first = case.messages.order_by("id").first()
    assert first is not None
    for one in (first.pk, 999_999):
        with pytest.raises(CannotMove):
            split_message(case_id=case.pk, message_id=one, by=actor(Role.DISPATCHER), at=LATER)
    assert movable_messages(case) == [message]


def test_only_the_desk_moves_words_and_not_into_a_case_that_takes_none(case, message):
    other = make_routed_case()
    with pytest.raises(CannotMove):
        split_message(case_id=case.pk, message_id=message.pk, by=actor(Role.HANDLER), at=LATER)
    with pytest.raises(CannotMove):
        move_message(case_id=case.pk, message_id=message.pk, into_id=case.pk, by=actor(Role.AGENT), at=LATER)
    Case.objects.filter(pk=other.pk).update(status="MERGED", merged_into=make_case())
    with pytest.raises(CannotMove):
        move_message(case_id=case.pk, message_id=message.pk, into_id=other.pk, by=actor(Role.AGENT), at=LATER)
    with pytest.raises(StaleCase):
        split_message(case_id=case.pk, message_id=message.pk, by=actor(Role.AGENT), at=LATER, version=1)
