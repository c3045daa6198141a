"""What the workers do: from the ring of the bell to the mail, and the sweep that finds what the bell missed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.models import CaseEvent, EventWork
from cases.signals import case_event_recorded
from contact_centre.celery import app
from notifications.delivery import LEASE
from notifications.models import Notice, NoticeState
from notifications.services import CONSUMER
from notifications.tasks import HAND_OVER_SECONDS, QUEUE, deliver_notice, plan_event, sweep_notices
from tests.factories import make_case, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker() -> Iterator[None]:
    """Tasks run where they are called, as if a worker stood beside."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def work_ids() -> list[int]:
    return list(EventWork.objects.filter(consumer=CONSUMER).order_by("id").values_list("pk", flat=True))


def let_time_pass(seconds: int) -> None:
    for notice in Notice.objects.all():
        notice.due_at -= timedelta(seconds=seconds)
        notice.save()


def test_the_bell_wakes_the_planning(worker):
    make_case()
    [work_id] = work_ids()

    case_event_recorded.send(
        sender=None, case_id=1, event_id=1, kind="RECEIVED", version=1, work={CONSUMER: work_id}
    )

    assert Notice.objects.get().state == NoticeState.PLANNED
    assert work_ids() == []


def test_a_ring_without_work_for_us_wakes_nobody(worker):
    make_case()

    case_event_recorded.send(sender=None, case_id=1, event_id=1, kind="RECEIVED", version=1, work={})

    assert len(work_ids()) == 1


def test_what_is_due_at_once_is_handed_over_at_once(worker, settings, mailoutbox):
    settings.NOTICE_COALESCE_SECONDS = 0
    make_case()

    plan_event(work_ids()[0])

    assert len(mailoutbox) == 1


def test_the_sweep_plans_what_the_bell_missed_and_hands_over_what_is_due(worker, mailoutbox):
    make_case()
    sweep_notices()
    assert work_ids() == []
    assert mailoutbox == []
    let_time_pass(60)

    sweep_notices()
    sweep_notices()

    assert len(mailoutbox) == 1


def test_the_sweep_hands_over_what_a_dead_worker_held(worker, mailoutbox):
    make_case()
    sweep_notices()
    let_time_pass(600)
    Notice.objects.update(state=NoticeState.CLAIMED, lease_until=timezone.now() - LEASE, attempts=1)

    sweep_notices()

    assert Notice.objects.get().state == NoticeState.SENT
    assert len(mailoutbox) == 1


def test_one_event_that_cannot_be_planned_does_not_stop_the_others(worker):
    case = make_case()
    # As a later version might write it: the outcome is not where this one looks for it.
    odd = CaseEvent.objects.create(
        case=case,
        kind="RESOLVED",
        schema=2,
        case_version=2,
        actor_kind="SYSTEM",
        occurred_at=case.received_at,
    )
    row = EventWork.objects.create(
        event=odd, consumer=CONSUMER, available_at=case.received_at - timedelta(days=1)
    )
    fine = make_case()

    sweep_notices()

    assert {notice.event.case_id for notice in Notice.objects.all()} == {case.pk, fine.pk}
    row.refresh_from_db()
    assert "KeyError" in row.error


def test_the_worker_stops_a_hand_over_before_its_lease_ends():
    assert LEASE.total_seconds() > HAND_OVER_SECONDS
    assert deliver_notice.time_limit == HAND_OVER_SECONDS


def test_all_tasks_run_on_the_queue_of_the_notifications(settings):
    tasks = [app.tasks[name] for name in app.tasks if name.startswith("notifications.")]
    assert len(tasks) == 4
    assert {task.queue for task in tasks} == {QUEUE}  # type: ignore[attr-defined]
    assert QUEUE in {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert sweep_notices.name in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.django_db(transaction=True)
def test_a_report_leads_to_the_mail_by_itself(worker, settings, mailoutbox):
    settings.NOTICE_COALESCE_SECONDS = 0
    # Triage has its own tests, and waits for a model.
    settings.EVENT_CONSUMERS = {CONSUMER: None}

    case = make_case(source_key=make_report().source_key)

    assert [mail.to for mail in mailoutbox] == [["ana@example.org"]]
    assert case.reference in mailoutbox[0].subject
