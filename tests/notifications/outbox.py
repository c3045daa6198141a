"""Steps of the notification tests: plan what the cases left, hand over what is due."""

from datetime import datetime, timedelta

from cases.models import Case, EventWork
from notifications.delivery import deliver
from notifications.models import Notice
from notifications.services import CONSUMER, plan_event
from tests.factories import NOW

# After everything that the factories do, and after the confirmation's wait.
LATER = NOW + timedelta(hours=1)
MUCH_LATER = LATER + timedelta(minutes=1)


def plan_all(at: datetime = LATER) -> None:
    """Plan every event that is left, in order."""
    for work_id in list(
        EventWork.objects.filter(consumer=CONSUMER).order_by("id").values_list("pk", flat=True)
    ):
        plan_event(work_id=work_id, at=at)


def deliver_all(at: datetime = MUCH_LATER) -> None:
    """Hand over every notice that is due, and what may go because of it, as one sweep after the other does."""
    tried: set[int] = set()
    while due := set(Notice.objects.claimable(at).values_list("pk", flat=True)) - tried:
        for notice_id in sorted(due):
            deliver(notice_id=notice_id, at=at)
        tried |= due


def notices_of(case: Case) -> list[Notice]:
    return list(Notice.objects.filter(event__case=case).order_by("id"))
