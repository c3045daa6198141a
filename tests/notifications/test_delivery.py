"""Handing over: one hand at a time, every end visible, and the same Message-ID whatever happens."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from cases.models import CaseParticipant
from notifications.delivery import LEASE, MAX_ATTEMPTS, WAKE, Ending, back_off, claim, deliver, due, record
from notifications.links import reveal
from notifications.models import AttemptResult, Notice, NoticeState
from tests.factories import NOW, make_case
from tests.notifications.mail_backends import Slow
from tests.notifications.outbox import LATER, MUCH_LATER, notices_of, plan_all

BACKENDS = "tests.notifications.mail_backends"


@pytest.fixture
def notice(db: None) -> Notice:
    """Ana's confirmation, due."""
    case = make_case()
    plan_all()
    return notices_of(case)[0]


def reread(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def test_a_notice_is_not_handed_over_before_its_time(notice, mailoutbox):
    assert deliver(notice_id=notice.pk, at=LATER) is None
    assert mailoutbox == []


def test_a_notice_is_handed_over_once(notice, mailoutbox):
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SENT
    assert deliver(notice_id=notice.pk, at=MUCH_LATER) is None

    assert len(mailoutbox) == 1
    sent = reread(notice)
    assert (sent.state, sent.ended_at, sent.lease_until) == (NoticeState.SENT, MUCH_LATER, None)
    assert [row.result for row in sent.tries.all()] == [AttemptResult.HANDED_OVER]


def test_what_is_kept_are_the_words_that_were_sent_without_their_secrets(notice, mailoutbox):
    deliver(notice_id=notice.pk, at=MUCH_LATER)

    sent, [mail] = reread(notice), mailoutbox
    assert sent.subject == mail.subject
    assert "⟨key⟩" in sent.body
    assert reveal(sent.body, notice.participant) == mail.body


def test_a_claimed_notice_is_in_nobody_elses_hands_until_the_lease_ends(notice):
    assert claim(notice.pk, at=MUCH_LATER) is not None

    assert claim(notice.pk, at=MUCH_LATER + LEASE) is None
    assert claim(notice.pk, at=MUCH_LATER + LEASE + timedelta(seconds=1)) is not None


def test_a_worker_that_dies_after_the_hand_over_leads_to_the_same_mail_again(notice, mailoutbox):
    held = claim(notice.pk, at=MUCH_LATER)
    assert held is not None
    from_the_dead = held.message_id

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) is None
    assert deliver(notice_id=notice.pk, at=MUCH_LATER + 2 * LEASE) == NoticeState.SENT

    assert mailoutbox[0].message()["Message-ID"] == from_the_dead


def test_a_worker_that_comes_back_too_late_changes_nothing(notice, mailoutbox):
    late = claim(notice.pk, at=MUCH_LATER)
    assert late is not None
    deliver(notice_id=notice.pk, at=MUCH_LATER + 2 * LEASE)

    record(late, Ending(NoticeState.FAILED, AttemptResult.PERMANENT), at=MUCH_LATER + 3 * LEASE)

    assert reread(notice).state == NoticeState.SENT
    assert notice.tries.count() == 1


@pytest.mark.parametrize("answer", ["MailboxFull", "Away", "WrongPassword"])
def test_what_may_pass_is_tried_again_later_with_the_same_id(notice, settings, mailoutbox, answer):
    good_backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{BACKENDS}.{answer}"

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.PLANNED

    waiting = reread(notice)
    assert waiting.due_at > MUCH_LATER
    assert waiting.ended_at is None
    assert [row.result for row in waiting.tries.all()] == [AttemptResult.TEMPORARY]
    settings.EMAIL_BACKEND = good_backend
    assert deliver(notice_id=notice.pk, at=waiting.due_at) == NoticeState.SENT
    assert mailoutbox[0].message()["Message-ID"] == notice.message_id


@pytest.mark.parametrize(("answer", "said"), [("NoSuchPerson", "no such user"), ("TakenForSpam", "spam")])
def test_what_will_never_be_taken_fails_and_says_why(notice, settings, answer, said):
    settings.EMAIL_BACKEND = f"{BACKENDS}.{answer}"

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.FAILED

    failed = reread(notice)
    assert failed.ended_at == MUCH_LATER
    [attempt] = failed.tries.all()
    assert said in attempt.error


def test_trying_ends_and_the_failure_stays_visible(notice, settings):
    settings.EMAIL_BACKEND = f"{BACKENDS}.Away"
    at = MUCH_LATER
    for _ in range(MAX_ATTEMPTS):
        deliver(notice_id=notice.pk, at=at)
        at = max(at, reread(notice).due_at)

    assert reread(notice).state == NoticeState.FAILED
    assert at - MUCH_LATER > timedelta(hours=24)


def test_a_notice_that_kills_its_workers_is_given_up(notice):
    Notice.objects.update(state=NoticeState.CLAIMED, attempts=MAX_ATTEMPTS, lease_until=NOW)

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.FAILED


def test_waiting_doubles_up_to_four_hours_and_spreads_by_a_quarter():
    assert back_off(1, 0) == timedelta(seconds=30)
    assert back_off(2, 0) == timedelta(seconds=60)
    assert back_off(2, 1) == timedelta(seconds=75)
    assert back_off(50, 0) == timedelta(hours=4)


def test_who_left_the_case_is_not_written_to(notice, mailoutbox):
    CaseParticipant.objects.update(detached_at=NOW)

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SKIPPED

    assert reread(notice).skip_reason == "LEFT_CASE"
    assert mailoutbox == []


def test_whose_address_is_gone_is_not_written_to(notice, mailoutbox):
    CaseParticipant.objects.update(channel="NONE", email="")

    assert deliver(notice_id=notice.pk, at=MUCH_LATER) == NoticeState.SKIPPED

    assert reread(notice).skip_reason == "UNREACHABLE"


def test_a_worker_is_woken_once_a_minute_for_the_same_notice(notice):
    assert due(LATER) == []
    assert due(MUCH_LATER) == [notice.pk]
    assert due(MUCH_LATER) == []
    assert due(MUCH_LATER + WAKE + timedelta(seconds=1)) == [notice.pk]
    assert deliver(notice_id=notice.pk, at=MUCH_LATER + WAKE + timedelta(seconds=2)) == NoticeState.SENT


def test_the_sweep_finds_what_a_dead_worker_held(notice):
    claim(notice.pk, at=MUCH_LATER)

    assert due(MUCH_LATER + LEASE) == []
    assert due(MUCH_LATER + LEASE + timedelta(seconds=1)) == [notice.pk]


def test_logs_name_ids_and_no_person(notice, capsys, caplog):
    deliver(notice_id=notice.pk, at=MUCH_LATER)

    written = caplog.text + "".join(capsys.readouterr())
    assert "notice_delivered" in written
    assert "ana@example.org" not in written
    assert "dziura" not in written.lower()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(settings, mailoutbox):
    case = make_case()
    plan_all()
    [notice] = notices_of(case)
    settings.EMAIL_BACKEND = f"{BACKENDS}.Slow"
    Slow.entered.clear()
    Slow.gate.clear()
    results: list[NoticeState | None] = []

    def work() -> None:
        try:
            results.append(deliver(notice_id=notice.pk, at=MUCH_LATER))
        finally:
            connection.close()

    first = threading.Thread(target=work)
    first.start()
    assert Slow.entered.wait(timeout=10)
    # The first worker is in the middle of its hand-over, and holds no transaction meanwhile.
    second = threading.Thread(target=work)
    second.start()
    second.join(timeout=10)
    Slow.gate.set()
    first.join(timeout=10)

    assert results == [None, NoticeState.SENT]
    assert len(mailoutbox) == 1
