"""Who goes first: the confirmation before all else to a person, a question before a copy for information."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actors import staff
from cases.models import CaseParticipant, EventWork
from cases.services.conversation import send_message
from cases.services.workflow import ask_resident
from contact_centre.celery import app
from notifications.delivery import ahead_of, claim, deliver, due, held_back_by
from notifications.models import Notice, NoticeState, Priority
from notifications.services import CONSUMER
from notifications.tasks import deliver_notice, sweep_notices
from routing.models import Role
from tests.cast import staff_member
from tests.factories import NOW, make_case, make_routed_case, reporter_of
from tests.notifications.outbox import LATER, MUCH_LATER, plan_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Iterator[None]:
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def dispatcher():
    return staff(staff_member(Role.DISPATCHER))


def followed_case():
    """A case with a confirmation and a message that follows it at once."""
    case = make_case()
    send_message(case_id=case.pk, body="Jedziemy.", by=dispatcher(), at=NOW)
    plan_all(NOW)
    return case


def test_nothing_is_taken_before_the_confirmation_has_gone(mailoutbox):
    followed_case()
    received, message = Notice.objects.order_by("id")

    assert due(MUCH_LATER) == [received.pk]
    assert deliver(notice_id=message.pk, at=MUCH_LATER) is None
    claim(received.pk, at=MUCH_LATER)
    assert deliver(notice_id=message.pk, at=MUCH_LATER) is None
    assert mailoutbox == []


def test_a_confirmation_that_must_be_tried_again_holds_the_others_back(settings, mailoutbox):
    followed_case()
    received, message = Notice.objects.order_by("id")
    good = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.notifications.mail_backends.Away"
    deliver(notice_id=received.pk, at=MUCH_LATER)
    settings.EMAIL_BACKEND = good

    assert deliver(notice_id=message.pk, at=MUCH_LATER) is None

    received.refresh_from_db()
    assert deliver(notice_id=received.pk, at=received.due_at) == NoticeState.SENT
    assert held_back_by(received.pk, at=received.due_at) == [message.pk]
    assert deliver(notice_id=message.pk, at=received.due_at) == NoticeState.SENT


def test_a_confirmation_that_failed_for_good_holds_nothing_back(mailoutbox):
    followed_case()
    received, message = Notice.objects.order_by("id")
    Notice.objects.filter(pk=received.pk).update(state=NoticeState.FAILED)

    assert deliver(notice_id=message.pk, at=MUCH_LATER) == NoticeState.SENT


def test_the_confirmation_of_one_person_holds_nobody_else_back(mailoutbox):
    case = followed_case()
    other = CaseParticipant.objects.create(
        case=case, name="Ola", role="CO_REPORTER", email="ola@example.org", channel="EMAIL", created_at=NOW
    )
    message = Notice.objects.get(kind="MESSAGE", participant=reporter_of(case))
    Notice.objects.filter(pk=message.pk).update(participant=other)

    assert deliver(notice_id=message.pk, at=MUCH_LATER) == NoticeState.SENT


def test_what_waited_for_the_confirmation_is_woken_by_it(worker, mailoutbox):
    followed_case()
    Notice.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    deliver_notice(Notice.objects.get(kind="RECEIVED").pk)

    assert list(Notice.objects.values_list("state", flat=True)) == ["SENT", "SENT"]


def test_a_question_goes_before_a_copy_for_information(worker, mailoutbox):
    case = make_routed_case()
    plan_all()
    sweep_notices()
    Notice.objects.update(state=NoticeState.SENT)
    copies = _copies(50)
    by = staff(staff_member(Role.HANDLER))
    day = LATER.date() + timedelta(days=7)
    ask_resident(case_id=case.pk, question="Gdzie?", answer_by=day, by=by, at=LATER)
    plan_all()
    question = Notice.objects.get(kind="QUESTION")
    Notice.objects.exclude(state=NoticeState.SENT).update(due_at=timezone.now() - timedelta(minutes=1))

    assert due(timezone.now(), limit=1) == [question.pk]
    assert ahead_of(copies[0].pk, at=timezone.now())[0] == question.pk
    assert ahead_of(copies[0].pk, at=timezone.now(), limit=1) == [question.pk]
    assert ahead_of(question.pk, at=timezone.now()) == []
    mailoutbox.clear()
    deliver_notice(copies[0].pk)

    messages = [mail.extra_headers["Message-ID"] for mail in mailoutbox]
    assert (messages[0], messages[-1]) == (question.message_id, copies[0].message_id)


def _copies(number: int) -> list[Notice]:
    """Notices to people who only follow a case."""
    case = make_routed_case()
    for index in range(number):
        CaseParticipant.objects.create(
            case=case,
            role="FOLLOWER",
            email=f"f{index}@example.org",
            channel="EMAIL",
            created_at=NOW,
        )
    event = case.events.get(kind="ROUTED")
    EventWork.objects.filter(consumer=CONSUMER, event__kind="RECEIVED", event__case=case).delete()
    plan_all()
    found = Notice.objects.filter(event=event, participant__role="FOLLOWER").order_by("id")
    assert {notice.priority for notice in found} == {Priority.LAST}
    return list(found)
