"""The town's notices: planned and handed over when a worker would have done it, told by an agent when she had time."""

from datetime import datetime, timedelta
from typing import Final

from cases.actors import Actor
from cases.models import Case, EventWork
from contact_centre.demo.clock import Clock, Life
from contact_centre.demo.town import Town
from notifications.delivery import deliver
from notifications.models import Notice, NoticeState
from notifications.services import CONSUMER, mark_called_back, mark_letter_printed, plan_event

# Calls and letters are done within a day or two: those of the last days are still open.
_HOURS_UNTIL_TOLD: Final = 9


class Post:
    """Sees to the notices of the town's cases, as far as ``until`` now."""

    def __init__(self, town: Town, clock: Clock, agent: Actor, until: datetime) -> None:
        self.town = town
        self.clock = clock
        self.agent = agent
        self.until = until

    def plan(self, case: Case) -> None:
        """Plan what the case's last events lead to, and let each notice take its way."""
        known = set(Notice.objects.filter(event__case=case).values_list("pk", flat=True))
        rows = EventWork.objects.filter(consumer=CONSUMER, event__case=case).order_by("event_id")
        for work_id, at in list(rows.values_list("pk", "event__occurred_at")):
            plan_event(work_id=work_id, at=at)
        planned = Notice.objects.filter(event__case=case, state=NoticeState.PLANNED).exclude(pk__in=known)
        for notice_id, due_at in planned.order_by("id").values_list("pk", "due_at"):
            self.clock.add(self._way(notice_id, due_at))

    def _way(self, notice_id: int, due_at: datetime) -> Life:
        if due_at > self.until:
            return
        yield due_at
        state = deliver(notice_id=notice_id, at=due_at)
        if state not in (NoticeState.CALL_BACK_DUE, NoticeState.LETTER_DUE):
            return
        work = timedelta(hours=self.town.random.expovariate(1 / _HOURS_UNTIL_TOLD))
        at = self.town.office.after(due_at, work)
        if at > self.until:
            return
        yield at
        settle = mark_called_back if state == NoticeState.CALL_BACK_DUE else mark_letter_printed
        settle(notice_id=notice_id, by=self.agent, at=at)
