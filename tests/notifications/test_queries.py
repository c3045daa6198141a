"""The outbox of the desk: only notices of cases that the reader may see, by shelf and by page."""

from datetime import timedelta

import pytest

from cases.access import NoAccess
from cases.actors import staff
from cases.keys import phone_pin, tracking_key
from cases.models import Case
from cases.services.intake import Reporter
from cases.services.merging import merge_cases
from cases.services.workflow import plan_work
from notifications.delivery import back_off, deliver
from notifications.models import (
    Attempt,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeState,
    SuppressionReason,
)
from notifications.outcomes import evidence_of
from notifications.queries import (
    STATES,
    Fate,
    dead_letters,
    get_notice_for_staff,
    notices_for_staff,
    outbox_trouble,
    words_to_pass_on,
)
from notifications.services import mark_called_back
from notifications.suppression import suppress
from routing.models import Role
from tests.cast import outsider, staff_member
from tests.factories import NOW, make_case, make_routed_case, make_settled_case, reporter_of
from tests.notifications.outbox import LATER, MUCH_LATER, deliver_all, notices_of, plan_all

pytestmark = pytest.mark.django_db


def dispatcher():
    return staff_member(Role.DISPATCHER)


def seen_by(user) -> set[int]:
    return {notice.event.case_id for notice in notices_for_staff(user)}


def test_every_state_lies_on_exactly_one_shelf():
    on_shelves = [state for states in STATES.values() for state in states]

    assert sorted(on_shelves) == sorted(NoticeState)
    assert set(STATES) == set(Fate)


def test_people_see_the_notices_of_their_own_cases():
    with_roads, unread = make_routed_case(), make_settled_case()
    plan_all()

    assert seen_by(staff_member(Role.HANDLER)) == {with_roads.pk}
    assert seen_by(dispatcher()) == {with_roads.pk, unread.pk}
    assert seen_by(outsider()) == set()
    assert seen_by(staff_member(Role.ANALYST)) == set()


def test_a_confidential_case_hides_its_notices_too():
    case = make_routed_case()
    plan_all()
    Case.objects.update(confidential=True)
    [notice, _] = notices_of(case)

    assert seen_by(staff_member(Role.HANDLER)) == set()
    with pytest.raises(NoAccess):
        get_notice_for_staff(staff_member(Role.HANDLER), notice.pk)
    assert get_notice_for_staff(dispatcher(), notice.pk) == notice


def test_a_follower_from_a_case_that_one_may_not_see_stays_unseen():
    survivor, merged = make_routed_case(), make_settled_case()
    merge_cases(case_id=merged.pk, into_id=survivor.pk, by=staff(dispatcher()), at=LATER)
    handler = staff_member(Role.HANDLER)
    day = LATER.date()
    plan_work(case_id=survivor.pk, planned_for=day, note="", by=staff(handler), at=LATER)
    plan_all()

    told = notices_for_staff(handler).filter(event__kind="PLANNED")
    assert {notice.participant.case_id for notice in told} == {survivor.pk}
    assert Notice.objects.filter(event__kind="PLANNED").count() == 2


def test_shelves_hold_what_their_names_say(mailoutbox):
    by_mail, by_phone = make_routed_case(), make_case(reporter=Reporter(phone="600100200"))
    plan_all()
    assert {n.event.case_id for n in notices_for_staff(dispatcher(), Fate.WAITING)} == {
        by_mail.pk,
        by_phone.pk,
    }
    deliver_all()

    def on(fate):
        return [(n.event.case_id, n.kind) for n in notices_for_staff(dispatcher(), fate)]

    assert on(Fate.SENT) == [(by_mail.pk, "RECEIVED")]
    assert on(Fate.NOT_SENT) == [(by_mail.pk, "PASSED_ON")]
    assert on(Fate.TO_DO) == [(by_phone.pk, "RECEIVED")]
    assert on(Fate.WAITING) == on(Fate.DONE) == []


def test_pages_follow_each_other_without_gap_or_repeat():
    for _ in range(5):
        make_case()
    plan_all()
    everything = list(notices_for_staff(dispatcher()).order_by("-id"))

    first = list(notices_for_staff(dispatcher()).page_before(None, 2))
    second = list(notices_for_staff(dispatcher()).page_before(first[-1].pk, 2))

    assert first + second == everything[:4]


def test_a_page_needs_few_statements_however_long_it_is(django_assert_num_queries):
    for _ in range(4):
        make_routed_case()
    plan_all()
    user = dispatcher()

    # Two for the departments of the reader, one for the page.
    with django_assert_num_queries(3):
        for notice in notices_for_staff(user).page_before(None, 30):
            str(notice.participant), notice.event.kind, notice.participant.case.reference


def test_who_calls_reads_the_pin_and_nobody_does_afterwards():
    case = make_case(reporter=Reporter(phone="600100200"))
    plan_all()
    deliver_all()
    [notice] = notices_of(case)

    assert phone_pin(reporter_of(case)) in words_to_pass_on(notice, MUCH_LATER)
    done = mark_called_back(notice_id=notice.pk, by=staff(dispatcher()), at=MUCH_LATER)
    assert phone_pin(reporter_of(case)) not in words_to_pass_on(done, MUCH_LATER)


@pytest.mark.parametrize("kind", ["RECEIVED", "PASSED_ON"])
def test_who_tells_what_was_never_handed_over_reads_what_to_say(kind):
    case = make_routed_case()
    plan_all()
    notice = next(notice for notice in notices_of(case) if notice.kind == kind)
    notice.state, notice.failure = NoticeState.FAILED, FailureReason.GAVE_UP

    words = words_to_pass_on(notice, MUCH_LATER)
    assert words.startswith("Dzień dobry. Dzwonię z Centrum Kontaktu")
    assert "⟨" not in words
    assert (phone_pin(reporter_of(case)) in words) is (kind == "RECEIVED")
    assert "Zarząd Dróg" in words


def test_the_page_of_a_notice_that_cannot_be_rendered_is_there_all_the_same():
    case = make_routed_case()
    plan_all()
    notice = notices_of(case)[0]
    notice.state, notice.kind = NoticeState.FAILED, "UNKNOWN"

    assert words_to_pass_on(notice, MUCH_LATER) == ""


def test_a_letter_to_print_holds_the_link_of_today():
    case = make_case(reporter=Reporter(name="Jan", postal_address="ul. Długa 1"))
    plan_all(NOW)
    deliver_all()
    participant = reporter_of(case)
    participant.key_version += 1
    participant.save()

    [notice] = notices_of(case)
    assert tracking_key(participant) in words_to_pass_on(notice, MUCH_LATER)


def refused(count: int) -> list[Notice]:
    """Confirmations that a mail system refused at the hand-over, whatever it said."""
    for _ in range(count):
        make_case()
    plan_all()
    rows = Notice.objects.filter(state=NoticeState.PLANNED)
    rows.update(state=NoticeState.FAILED, failure=FailureReason.REFUSED, ended_at=MUCH_LATER)
    return list(Notice.objects.order_by("id"))


def test_several_refusals_are_trouble_and_are_offered_to_be_sent_again():
    notices = refused(4)
    assert not outbox_trouble(MUCH_LATER)
    notices = [*notices, *refused(1)[4:]]

    assert outbox_trouble(MUCH_LATER).refused == 5
    assert outbox_trouble(MUCH_LATER + timedelta(days=2)).refused == 0
    assert set(dead_letters(dispatcher())) == set(notices)


@pytest.mark.parametrize("reason", [SuppressionReason.DEAD, SuppressionReason.SOFT])
def test_a_refusal_from_which_the_list_has_learnt_is_nobodys_trouble(reason):
    for notice in refused(5):
        suppress(f"{notice.pk}@example.org", reason=reason, evidence=evidence_of(notice.pk), at=MUCH_LATER)

    assert not outbox_trouble(MUCH_LATER)
    assert list(dead_letters(dispatcher())) == []


def test_a_number_that_takes_no_text_message_is_nobodys_trouble():
    refused(5)
    Notice.objects.update(channel=NoticeChannel.SMS)

    assert not outbox_trouble(MUCH_LATER)
    assert list(dead_letters(dispatcher())) == []


def test_what_is_tried_in_vain_is_seen_within_minutes(settings):
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.WrongPassword"
    make_case()
    plan_all()
    [notice], at = Notice.objects.all(), MUCH_LATER
    for turn in range(4):
        assert not outbox_trouble(at)
        assert deliver(notice_id=notice.pk, at=at) == NoticeState.PLANNED
        at += back_off(turn + 1, 1)

    trouble = outbox_trouble(at)
    assert dict(trouble.struggling) == {"SMTPAuthenticationError": 1}
    assert at - MUCH_LATER < timedelta(minutes=15)
    assert "tried in vain: SMTPAuthenticationError" in str(trouble)


@pytest.mark.parametrize(("count", "is_trouble"), [(1, False), (5, True)])
def test_one_full_mailbox_is_no_trouble_of_the_mail_system(count, is_trouble):
    for _ in range(count):
        make_case()
    plan_all()
    Notice.objects.update(attempts=5)
    for notice in Notice.objects.all():
        Attempt.objects.create(
            notice=notice,
            tried_at=MUCH_LATER,
            result="TEMPORARY",
            error="SMTPRecipientsRefused: {'ana@example.org': (452, b'4.2.2 full')}",
        )

    trouble = outbox_trouble(LATER)
    assert bool(trouble) is is_trouble
    assert "example.org" not in str(trouble)
