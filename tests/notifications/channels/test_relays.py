"""Two relays: which one is asked, how often in a minute, and who goes first when not all may go."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache

from cases.models import CaseParticipant
from notifications.channels.base import NotNow
from notifications.channels.relays import REST, choose, let_rest, relays
from notifications.delivery import deliver
from notifications.models import AttemptResult, Notice, NoticeState, Priority, SoftFailure, Suppression
from tests.factories import make_case
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, plan_all

BACKENDS = "tests.notifications.mail_backends"


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def two(settings) -> None:
    settings.EMAIL_BACKEND = f"{BACKENDS}.Away"
    settings.EMAIL_SECOND = {"BACKEND": f"{BACKENDS}.Second", "OPTIONS": {}}


@pytest.fixture
def notice(db) -> Notice:
    make_case()
    plan_all()
    return Notice.objects.get()


def test_the_second_relay_takes_over_while_the_first_is_away(notice, two, settings, mailoutbox):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.Away"
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.PLANNED
    notice.refresh_from_db()

    assert notice.due_at < MUCH_LATER + REST
    assert deliver(notice_id=notice.pk, at=notice.due_at) == NoticeState.SENT

    first, second = notice.tries.order_by("id")
    assert [first.result, second.result] == [AttemptResult.TEMPORARY, AttemptResult.HANDED_OVER]
    assert first.relay == second.relay == "mail_backends"
    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [notice.message_id]


def test_a_relay_that_takes_nothing_from_us_costs_nobody_her_notice(
    notice, two, settings, mailoutbox, caplog
):
    settings.EMAIL_BACKEND = f"{BACKENDS}.NoRelaying"
    other = make_case()
    plan_all()
    deliver_all()
    notice.refresh_from_db()

    assert notice.state == NoticeState.PLANNED
    assert deliver(notice_id=notice.pk, at=notice.due_at) == NoticeState.SENT
    assert Notice.objects.get(event__case=other).state == NoticeState.SENT
    assert not Suppression.objects.exists()
    assert not SoftFailure.objects.exists()
    refusals = [line for line in caplog.records if "relay_refuses_us" in line.getMessage()]
    assert [line.levelname for line in refusals] == ["ERROR"]
    assert "example.org" not in caplog.text


@pytest.mark.parametrize(
    ("email", "state"), [("żaneta@example.org", NoticeState.FAILED), ("ana@example.org", NoticeState.PLANNED)]
)
def test_a_mail_that_cannot_be_written_is_no_trouble_of_the_relay(notice, two, settings, email, state):
    """It ends the notice only where the person's own address has no form in a mail; else the fault is ours."""
    settings.EMAIL_BACKEND = f"{BACKENDS}.Unwritable"
    CaseParticipant.objects.filter(pk=notice.participant_id).update(email=email)

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == state
    assert choose(Priority.NORMAL, 1, at=MUCH_LATER).number == 1


def test_the_second_relay_takes_what_is_too_much_for_the_first(two, settings):
    settings.EMAIL_PER_MINUTE, settings.EMAIL_SECOND_PER_MINUTE = 1, 1

    assert [choose(Priority.FIRST, 1, at=LATER).number for _ in range(2)] == [1, 2]
    with pytest.raises(NotNow):
        choose(Priority.FIRST, 1, at=LATER)


def test_other_notices_do_not_ask_the_resting_relay_again(two, db, mailoutbox):
    make_case()
    plan_all()
    deliver_all()
    make_case()
    plan_all()
    deliver_all()

    first, second = Notice.objects.order_by("id")
    assert (first.state, second.state) == (NoticeState.PLANNED, NoticeState.SENT)


def test_the_first_is_asked_again_when_it_has_rested(two):
    first = relays()[0]
    let_rest(first, at=LATER)

    assert choose(Priority.NORMAL, 1, at=LATER).backend.endswith("Second")
    assert choose(Priority.NORMAL, 1, at=LATER + REST) == first


def test_a_refusal_of_one_person_for_now_is_no_reason_to_change_the_relay(two, settings, notice, mailoutbox):
    settings.EMAIL_BACKEND = f"{BACKENDS}.MailboxFull"
    deliver(notice_id=notice.pk, at=MUCH_LATER)
    notice.refresh_from_db()
    deliver(notice_id=notice.pk, at=notice.due_at)

    assert mailoutbox == []
    assert notice.tries.count() == 2


def test_two_resting_relays_are_asked_by_turns(settings):
    settings.EMAIL_BACKEND = f"{BACKENDS}.Away"
    settings.EMAIL_SECOND = {"BACKEND": f"{BACKENDS}.SecondAway", "OPTIONS": {}}
    first, second = relays()
    let_rest(first, at=LATER)
    let_rest(second, at=LATER)

    assert [choose(Priority.NORMAL, turn, at=LATER) for turn in (1, 2, 3)] == [first, second, first]


def test_no_more_leave_in_a_minute_than_the_relay_takes(settings):
    settings.EMAIL_PER_MINUTE = 10
    for _ in range(10):
        choose(Priority.FIRST, 1, at=LATER)

    with pytest.raises(NotNow) as wait:
        choose(Priority.FIRST, 1, at=LATER)
    assert LATER < wait.value.until <= LATER + timedelta(minutes=1)
    choose(Priority.FIRST, 1, at=wait.value.until)


def test_a_part_of_each_minute_is_kept_for_those_who_cannot_wait(settings):
    settings.EMAIL_PER_MINUTE = 10
    for _ in range(8):
        choose(Priority.LAST, 1, at=LATER)
    for _ in range(20):
        with pytest.raises(NotNow):
            choose(Priority.LAST, 1, at=LATER)

    choose(Priority.FIRST, 1, at=LATER)
    choose(Priority.NORMAL, 1, at=LATER)
    with pytest.raises(NotNow):
        choose(Priority.FIRST, 1, at=LATER)


def test_a_notice_that_must_wait_for_the_next_minute_loses_no_attempt(notice, settings, mailoutbox):
    settings.EMAIL_PER_MINUTE = 1
    choose(Priority.FIRST, 1, at=MUCH_LATER)

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.PLANNED

    notice.refresh_from_db()
    assert (notice.attempts, notice.tries.count()) == (0, 0)
    assert MUCH_LATER < notice.due_at < MUCH_LATER + timedelta(minutes=2)
    assert deliver(notice_id=notice.pk, at=notice.due_at) == NoticeState.SENT


def test_a_cache_that_is_away_holds_no_mail_back(notice, settings, mailoutbox):
    settings.EMAIL_PER_MINUTE = 1
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT
