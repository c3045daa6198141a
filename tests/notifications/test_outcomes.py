"""What becomes of a mail after the hand-over: delivered or not, in any order, once, and what it means
for the address."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import translation

from cases.actors import SYSTEM_ACTOR, staff
from cases.models import CaseEvent, EventKind
from notifications.delivery import MAX_ATTEMPTS, Ending, claim, deliver, record
from notifications.models import (
    DeliveryNews,
    FailureReason,
    NewsKind,
    Notice,
    NoticeState,
    SoftFailure,
    Suppression,
    SuppressionReason,
)
from notifications.outcomes import News, keep_news, mark_undelivered
from notifications.queries import Fate, notices_for_staff
from notifications.services import CannotSettle, resend, resend_many, write_again
from notifications.suppression import is_suppressed, suppress
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case
from tests.notifications.outbox import MUCH_LATER, deliver_all, plan_all

pytestmark = pytest.mark.django_db
SOON = MUCH_LATER + timedelta(minutes=2)
PROVIDER = "tests.notifications.mail_backends.Provider"
GONE = "550 5.1.1 no such user"


@pytest.fixture
def sent(settings) -> Notice:
    """A confirmation that a provider took under the id ``provider-1``."""
    settings.EMAIL_BACKEND = PROVIDER
    make_case()
    plan_all()
    deliver_all()
    return Notice.objects.get()


def news(kind: NewsKind, key: str = "", at=SOON, **changes) -> News:
    values = {
        "provider": "Test",
        "key": key or kind,
        "kind": kind,
        "message_id": "provider-1",
        "recipient": "ana@example.org",
        "reason": "",
        "note": "",
        "occurred_at": at,
    }
    return News(**(values | changes))


def told(*rows: News) -> Notice:
    for row in rows:
        keep_news(row, at=SOON)
    return Notice.objects.get()


def agent():
    return staff(staff_member(Role.DISPATCHER))


def test_the_provider_knows_the_mail_by_its_own_id(sent):
    assert sent.tries.get().provider_id == "provider-1"


def test_a_delivered_mail_is_marked_with_its_time(sent):
    notice = told(news(NewsKind.DELIVERED))

    assert (notice.state, notice.delivered_at) == (NoticeState.SENT, SOON)
    with translation.override("en"):
        assert notice.fate == "Delivered"


def test_a_mail_that_came_back_is_for_a_person_and_its_address_is_dead(sent):
    notice = told(news(NewsKind.BOUNCED, note=GONE))

    assert (notice.state, notice.failure) == (NoticeState.UNDELIVERED, FailureReason.BOUNCED)
    assert GONE in notice.why
    assert notice.waits_for_a_person
    assert list(notices_for_staff(staff_member(Role.DISPATCHER), Fate.TO_DO)) == [notice]
    assert is_suppressed("ana@example.org", at=SOON)


def on_the_case() -> list[tuple[int, str, str]]:
    """What the case says of notices that did not arrive."""
    events = CaseEvent.objects.filter(kind=EventKind.NOT_DELIVERED).order_by("id")
    return [(row.payload["notice"], row.payload["failure"], row.payload["status"]) for row in events]


@pytest.mark.parametrize(
    ("note", "failure", "status"),
    [(GONE, "DEAD", "5.1.1"), ("550 5.7.1 policy", "REFUSED", "5.7.1"), ("", "REFUSED", "")],
)
def test_the_case_says_once_what_a_provider_tells_of_a_mail(sent, note, failure, status):
    told(*[news(NewsKind.BOUNCED, note=note)] * 2, news(NewsKind.FAILED, note=note))

    assert on_the_case() == [(sent.pk, failure, status)]


@pytest.mark.parametrize(
    ("answer", "failure", "status"),
    [("NoSuchPerson", "DEAD", "5.1.1"), ("TakenForSpam", "REFUSED", "5.7.1"), ("Away", "TEMPORARY", "")],
)
def test_the_case_says_what_was_refused_at_the_hand_over_or_given_up(settings, answer, failure, status):
    settings.EMAIL_BACKEND = f"tests.notifications.mail_backends.{answer}"
    make_case()
    plan_all()
    Notice.objects.update(attempts=MAX_ATTEMPTS - 1)
    deliver_all()

    assert on_the_case() == [(Notice.objects.get().pk, failure, status)]


def test_the_case_says_that_nothing_is_sent_to_the_address_any_more(mailoutbox):
    suppress("ana@example.org", reason=SuppressionReason.COMPLAINT, evidence="notice:1", at=NOW)
    make_case()
    plan_all()
    deliver_all()

    assert on_the_case() == [(Notice.objects.get().pk, "SUPPRESSED", "")]


def test_what_is_tried_again_is_nothing_for_the_case_yet(settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.Away"
    make_case()
    plan_all()
    deliver_all()

    assert on_the_case() == []


def test_the_order_of_the_news_makes_no_difference(sent):
    parts = (
        news(NewsKind.DELIVERED, at=SOON),
        news(NewsKind.DEFERRED, note="421 4.7.0 later"),
        news(NewsKind.BOUNCED, note=GONE),
    )
    ends = set()
    for order in permutations(parts):
        DeliveryNews.objects.all().delete()
        Suppression.objects.all().delete()
        Notice.objects.update(state=NoticeState.SENT, failure="", failure_note="", delivered_at=None)
        notice = told(*order)
        ends.add((notice.state, notice.failure, notice.delivered_at, Suppression.objects.count()))

    assert ends == {(NoticeState.UNDELIVERED, FailureReason.BOUNCED, SOON, 1)}


def test_a_repeat_changes_nothing(sent):
    told(news(NewsKind.BOUNCED, note="552 5.2.2 mailbox full"))
    notice = told(*[news(NewsKind.BOUNCED, note="552 5.2.2 mailbox full")] * 3)

    assert DeliveryNews.objects.count() == 1
    assert notice.state == NoticeState.UNDELIVERED
    assert not is_suppressed("ana@example.org", at=SOON)


@pytest.mark.parametrize(
    ("kind", "reason", "note", "verdict"),
    [
        (NewsKind.BOUNCED, "bounced", "550 5.1.1 unknown", SuppressionReason.DEAD),
        (NewsKind.BOUNCED, "bounced", "smtp; 550 5.1.10 null mx", SuppressionReason.DEAD),
        (NewsKind.BOUNCED, "bounced", "550 5.1.2 bad domain", SuppressionReason.DEAD),
        (NewsKind.BOUNCED, "bounced", "550 5.4.4 no route", SuppressionReason.DEAD),
        (NewsKind.BOUNCED, "bounced", "552 5.2.2 full", None),
        (NewsKind.BOUNCED, "spam", "550 5.7.1 looks like spam", None),
        (NewsKind.BOUNCED, "spam", "", None),
        (NewsKind.FAILED, "spam", "", None),
        (NewsKind.REJECTED, "spam", "", SuppressionReason.COMPLAINT),
        (NewsKind.BOUNCED, "bounced", "552 5.3.4 too big", None),
        (NewsKind.BOUNCED, "bounced", "550 5.1.100 odd", None),
        (NewsKind.REJECTED, "invalid", "", SuppressionReason.DEAD),
        (NewsKind.BOUNCED, "bounced", "", None),
        (NewsKind.DEFERRED, "", "451 4.1.1 later", None),
        (NewsKind.COMPLAINED, "spam", "", SuppressionReason.COMPLAINT),
        (NewsKind.DELIVERED, "", "250 2.1.5 ok", None),
    ],
)
def test_what_the_news_means_for_the_address(sent, kind, reason, note, verdict):
    told(news(kind, reason=reason, note=note))

    assert [row.reason for row in Suppression.objects.all()] == ([verdict] if verdict else [])


def test_three_mails_that_came_back_from_a_full_mailbox_stop_the_next(settings, mailoutbox):
    make_case()
    plan_all()
    deliver_all()
    first = Notice.objects.get()
    for number in range(3):
        suppress(
            "ana@example.org", reason=SuppressionReason.SOFT, evidence=f"notice:{first.pk + number}", at=NOW
        )
    make_case()
    plan_all()
    mailoutbox.clear()
    deliver_all()

    second = Notice.objects.latest("id")
    assert (second.state, second.failure) == (NoticeState.FAILED, FailureReason.SUPPRESSED)
    assert (second.failure_note, second.tries.count()) == ("SOFT", 0)
    assert mailoutbox == []


def test_news_that_comes_before_the_hand_over_is_written_down_is_not_lost(settings):
    settings.EMAIL_BACKEND = PROVIDER
    make_case()
    plan_all()
    row = keep_news(news(NewsKind.DELIVERED), at=SOON)
    assert (row.notice, row.applied_at) == (None, None)

    deliver_all()

    row.refresh_from_db()
    notice = Notice.objects.get()
    assert (row.notice, notice.delivered_at) == (notice, SOON)


def test_news_of_a_mail_that_we_do_not_know_is_kept_and_changes_nothing(sent):
    notice = told(news(NewsKind.COMPLAINED, message_id="of-somebody-else"))

    assert notice.state == NoticeState.SENT
    assert DeliveryNews.objects.get().notice is None
    assert not Suppression.objects.exists()


def test_news_may_name_the_mail_by_our_own_id(sent):
    notice = told(news(NewsKind.DELIVERED, message_id=sent.message_id))

    assert notice.delivered_at == SOON


def test_old_news_does_not_touch_a_mail_that_was_sent_again(sent, settings):
    told(news(NewsKind.BOUNCED, note="550 5.7.1 policy"))
    resend(notice_id=sent.pk, by=agent(), at=SOON)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert deliver(notice_id=sent.pk, at=SOON) == NoticeState.SENT

    notice = told(news(NewsKind.FAILED, key="late"))

    assert (notice.state, notice.failure) == (NoticeState.SENT, "")


def test_who_is_told_by_another_channel_too_needs_no_person(sent):
    other = Notice.objects.create(
        event=sent.event,
        participant=sent.participant,
        channel="LETTER",
        kind=sent.kind,
        language="pl",
        state=NoticeState.DONE_BY_PERSON,
        due_at=NOW,
        created_at=NOW,
    )

    keep_news(news(NewsKind.BOUNCED, note=GONE), at=SOON)

    sent.refresh_from_db()
    assert (sent.state, sent.into) == (NoticeState.COALESCED, other)
    assert on_the_case() == []
    assert not sent.waits_for_a_person


def test_a_bounce_that_the_mail_system_reports_marks_the_notice_once(sent):
    marked = mark_undelivered(notice_id=sent.pk, note=GONE, at=SOON)
    assert marked is not None
    assert marked.state == NoticeState.UNDELIVERED
    assert mark_undelivered(notice_id=sent.pk, note="something else", at=SOON) is None
    assert Notice.objects.get().failure_note == GONE


def test_an_address_on_the_list_is_not_written_to_and_a_person_sees_why(mailoutbox):
    suppress("ANA@example.org", reason=SuppressionReason.DEAD, evidence="notice:1", at=NOW)
    make_case()
    plan_all()
    deliver_all()

    notice = Notice.objects.get()
    assert (notice.state, notice.failure, notice.tries.count()) == ("FAILED", "SUPPRESSED", 0)
    assert mailoutbox == []
    assert list(notices_for_staff(staff_member(Role.DISPATCHER), Fate.TO_DO)) == [notice]

    write_again(notice_id=notice.pk, by=agent(), at=SOON)
    assert deliver(notice_id=notice.pk, at=SOON) == NoticeState.SENT
    assert not is_suppressed("ana@example.org", at=SOON)


def test_an_address_that_is_refused_as_dead_comes_on_the_list(settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NoSuchPerson"
    make_case()
    plan_all()
    deliver_all()

    assert Notice.objects.get().failure == FailureReason.REFUSED
    assert Suppression.objects.get().reason == SuppressionReason.DEAD


def test_three_refusals_without_a_code_put_an_address_on_the_list(settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.NobodyHere"
    for _ in range(3):
        assert not is_suppressed("ana@example.org", at=SOON)
        make_case()
        plan_all()
        deliver_all()

    assert set(Notice.objects.values_list("failure", flat=True)) == {FailureReason.REFUSED}
    assert is_suppressed("ana@example.org", at=SOON)


def test_a_late_worker_does_not_put_anybody_on_the_list(settings, mailoutbox):
    make_case()
    plan_all()
    late = claim(Notice.objects.get().pk, at=MUCH_LATER)
    assert late is not None
    deliver(notice_id=late.pk, at=MUCH_LATER + timedelta(minutes=5))
    ending = Ending(NoticeState.FAILED, failure="REFUSED", verdict=SuppressionReason.DEAD)
    record(late, ending, at=MUCH_LATER + timedelta(minutes=6))

    assert not Suppression.objects.exists()


def test_what_was_given_up_is_sent_again_at_once_by_one_order(mailoutbox):
    for _ in range(3):
        make_routed_case()
    plan_all()
    Notice.objects.filter(state=NoticeState.PLANNED).update(
        state=NoticeState.FAILED, failure=FailureReason.GAVE_UP
    )
    ids = list(Notice.objects.filter(state=NoticeState.FAILED).values_list("pk", flat=True))

    with pytest.raises(CannotSettle):
        resend_many(notice_ids=ids, by=SYSTEM_ACTOR, at=SOON)
    assert resend_many(notice_ids=[*ids, 999_999], by=agent(), at=SOON) == 3
    assert resend_many(notice_ids=ids, by=agent(), at=SOON) == 0
    deliver_all(SOON)
    assert len(mailoutbox) == 3


@pytest.mark.parametrize(("answer", "counted"), [("MailboxFull", 1), ("Away", 0)])
def test_only_what_was_refused_for_the_recipient_counts_against_her(settings, answer, counted):
    settings.EMAIL_BACKEND = f"tests.notifications.mail_backends.{answer}"
    make_case()
    plan_all()
    Notice.objects.update(attempts=MAX_ATTEMPTS - 1)
    deliver_all()

    assert Notice.objects.get().failure == FailureReason.GAVE_UP
    assert SoftFailure.objects.count() == counted
