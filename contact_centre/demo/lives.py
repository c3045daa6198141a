"""The lives of the demonstration's cases: how each comes in, which steps follow, and when."""

from datetime import datetime, timedelta

from django.utils import timezone

from cases import work
from cases.actors import resident, staff
from cases.models import Case, CaseEvent, Channel, ContactOutcome, EventKind, EventWork, Purpose
from cases.services.intake import Conversation, log_contact, open_case
from cases.services.triage_results import record_triage
from cases.states import Outcome, Status
from cases.triage import decide
from contact_centre.demo.clock import Clock, Life
from contact_centre.demo.endings import DAYS_OF_CALL
from contact_centre.demo.post import Post
from contact_centre.demo.steps import Act, Steps
from contact_centre.demo.town import SPOKEN, Story, Town
from routing.models import User

# A step, and how long it takes at least.
Step = tuple[Act, timedelta]
Timed = tuple[Act, datetime]
_AT_ONCE = timedelta()
# Most steps come soon, a few take weeks: a backlog as offices have it. Hours of work, not of the clock.
_HOURS_PER_STEP = 14
_MINUTES_TO_LOG = timedelta(minutes=4)
_DAY_OF_WORK = timedelta(hours=8)


class Lives:
    """Takes stories from their first word to where they stand ``until`` now. Every step tells when it was done.

    Staff act while the office is open; residents when they like.
    """

    def __init__(self, town: Town, until: datetime) -> None:
        self.town = town
        self.random = town.random
        self.until = until
        self.agent = staff(User.objects.get(username="agent"))
        self.steps = Steps(town, staff(User.objects.get(username="dispatcher")), until)
        self.clock = Clock()
        self.post = Post(town, self.clock, self.agent, until)

    def tell(self, story: Story) -> Life:
        """Open the case and let it live; a story told before stays as it is."""
        is_spoken = story.report.channel in SPOKEN
        opened_at = story.report.received_at + (_MINUTES_TO_LOG if is_spoken else _AT_ONCE)
        yield opened_at
        if Case.objects.filter(source_key=story.report.source_key).exists():
            return
        case = self._open(story, opened_at)
        read_at = self._triage(case)
        self.post.plan(case)
        if read_at is None:
            return
        at = read_at
        for step, planned_at in self._timed(self._plan(story), at):
            at = max(at, planned_at)
            yield at
            at = step(self._reload(case), story, at)
            self.post.plan(case)

    def call(self, number: int, at: datetime) -> Life:
        """A call that is answered at once and never becomes a case."""
        logged_at = at + timedelta(minutes=self.random.randrange(1, 9))
        yield logged_at
        calls = self.town.words["calls"]
        conversation = Conversation(
            source_key=f"{self.town.name}:call:{number}",
            channel=Channel.PHONE,
            purpose=Purpose.INFORMATION,
            outcome=self.random.choice([ContactOutcome.ANSWERED, ContactOutcome.TRANSFERRED]),
            started_at=at,
            received_at=at,
            said=self.random.choice(calls["said"]),
            answered=self.random.choice(calls["answered"]),
        )
        log_contact(conversation, by=self.agent, at=logged_at)

    def _open(self, story: Story, opened_at: datetime) -> Case:
        report, at = story.report, story.report.received_at
        if report.channel not in SPOKEN:
            return open_case(report, by=resident(None), at=opened_at)
        conversation = Conversation(
            source_key=f"{report.source_key}:contact",
            channel=report.channel,
            purpose=Purpose.REPORT,
            outcome=ContactOutcome.CASE_OPENED,
            started_at=at,
            received_at=at,
            said=report.description,
            name=report.reporter.name,
            phone=report.reporter.phone,
            email=report.reporter.email,
        )
        log_contact(conversation, by=self.agent, at=opened_at, report=report)
        return Case.objects.get(source_key=report.source_key)

    def _triage(self, case: Case) -> datetime | None:
        """Read the case as the worker would have done then. None when a worker that runs now was quicker."""
        event = CaseEvent.objects.get(case=case, kind=EventKind.RECEIVED)
        row = EventWork.objects.filter(event=event, consumer="triage").first()
        # The lease is taken now, not then: a worker that runs beside us must leave the row alone.
        if row is None or work.claim(row.pk, at=timezone.now()) is None:
            return None
        at = event.occurred_at + timedelta(seconds=self.random.randrange(2, 40))
        record_triage(event_id=event.pk, work_id=row.pk, decision=decide(case), at=at)
        return at

    def _timed(self, steps: list[Step], start: datetime) -> list[Timed]:
        """When each step comes: at random, but in order and all of them before today."""
        office = self.town.office
        drawn = [timedelta(hours=self.random.expovariate(1 / _HOURS_PER_STEP)) for _ in steps]
        least = sum((minimum.days * _DAY_OF_WORK for _, minimum in steps), _AT_ONCE)
        room = max(office.between(start, self.until) * 0.95 - least, _AT_ONCE)
        share = min(1.0, room / max(sum(drawn, _AT_ONCE), timedelta(seconds=1)))
        timed, at = [], start
        for (step, minimum), delay in zip(steps, drawn, strict=True):
            at = office.after(at + minimum, delay * share)
            timed.append((step, at))
        return self._by_residents(timed)

    def _by_residents(self, timed: list[Timed]) -> list[Timed]:
        """Move what residents do to an hour of theirs, where the order of the steps allows it."""
        theirs = (self.steps.reply, self.steps.reopen, self.steps.withdraw)
        moved: list[Timed] = []
        for place, (step, at) in enumerate(timed):
            if step in theirs:
                first = timed[place - 1][1]
                last = timed[place + 1][1] if place + 1 < len(timed) else self.until
                free = self.town.by_day(at)
                moved.append((step, free if first < free < last else at))
            else:
                moved.append((step, at))
        return moved

    def _plan(self, story: Story) -> list[Step]:
        dispatch, start = (self.steps.dispatch, _AT_ONCE), (self.steps.start, _AT_ONCE)
        by_status: dict[Status, list[Step]] = {
            Status.NEW: [],
            Status.ASSIGNED: [dispatch],
            # Again and again, until somebody works on the other one.
            Status.MERGED: [dispatch, *[(self.steps.merge, _AT_ONCE)] * 3],
            Status.IN_PROGRESS: [dispatch, start, (self.steps.note, _AT_ONCE)],
            Status.PLANNED: [dispatch, start, (self.steps.schedule, _AT_ONCE)],
            Status.WAITING_RESIDENT: [dispatch, start, (self.steps.ask, _AT_ONCE)],
            Status.WAITING_OTHER: [dispatch, start, (self.steps.wait, _AT_ONCE)],
            Status.WITHDRAWN: [dispatch, (self.steps.withdraw, _AT_ONCE)],
        }
        if story.ending.status in by_status:
            return by_status[story.ending.status]
        if story.ending.outcome is Outcome.SPAM:
            return [(self.steps.resolve, _AT_ONCE)]
        if story.ending.outcome is Outcome.UNEXAMINED:
            return [
                dispatch,
                (self.steps.ask, _AT_ONCE),
                (self.steps.resolve, timedelta(days=DAYS_OF_CALL + 1)),
            ]
        end: list[Step] = [(self.steps.resolve, _AT_ONCE)]
        if self.random.random() < 0.08:
            end += [(self.steps.reopen, _AT_ONCE), start, (self.steps.resolve, _AT_ONCE)]
        if story.ending.status is Status.CLOSED:
            end.append((self.steps.close, _AT_ONCE))
        return [dispatch, start, *self._detour(), *end]

    def _detour(self) -> list[Step]:
        """What may come between the start and the end."""
        fate = self.random.random()
        if fate < 0.15:
            return [(self.steps.ask, _AT_ONCE), (self.steps.reply, _AT_ONCE)]
        if fate < 0.35:
            return [(self.steps.schedule, _AT_ONCE)]
        if fate < 0.42:
            return [(self.steps.wait, _AT_ONCE), (self.steps.resume, _AT_ONCE)]
        return [(self.steps.note, _AT_ONCE)] if fate < 0.7 else []

    def _reload(self, case: Case) -> Case:
        return Case.objects.select_related("category", "department").get(pk=case.pk)
