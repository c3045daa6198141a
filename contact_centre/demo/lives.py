"""The lives of the demonstration's cases: each step by the service and the role that would take it, in its time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from cases import work
from cases.actors import Actor, resident, staff
from cases.models import Case, CaseEvent, Channel, ContactOutcome, EventKind, EventWork, Purpose
from cases.services.conversation import add_note, record_reply
from cases.services.endings import close_case, confirm_case, reopen_case, resolve_case, withdraw_case
from cases.services.intake import Conversation, log_contact, open_case
from cases.services.merging import merge_cases
from cases.services.triage_results import record_triage
from cases.services.workflow import (
    ask_resident,
    classify_case,
    plan_work,
    resume_work,
    route_case,
    start_work,
    wait_for,
)
from cases.states import WAITING, Outcome, Status
from cases.triage import decide
from contact_centre.demo.endings import DAYS_TO_ANSWER, DAYS_TO_CLOSE
from contact_centre.demo.town import SPOKEN, Story, Town
from routing.models import Department, Role, Urgency, User

# A step, and how long it takes at least.
Step = tuple[Callable[[Case, Story, datetime], datetime], timedelta]
_AT_ONCE = timedelta()
# Most steps come soon, a few take weeks: a backlog as offices have it.
_HOURS_PER_STEP = 60


class Lives:
    """Takes stories from their first word to where they stand ``until`` now. Every step tells when it was done."""

    def __init__(self, town: Town, until: datetime) -> None:
        self.town = town
        self.random = town.random
        self.until = until
        self.agent = staff(User.objects.get(username="agent"))
        self.dispatcher = staff(User.objects.get(username="dispatcher"))

    def tell(self, story: Story, survivor: Case | None = None) -> Case:
        """Open the case and let it live; a story told before stays as it is.

        ``survivor`` is the case that it is merged into, where it ends so.
        """
        known = Case.objects.filter(source_key=story.report.source_key).first()
        if known is not None:
            return known
        case = self._open(story)
        at = self._triage(case)
        if at is None:
            return case
        for step, planned_at in self._timed(self._plan(story), at):
            at = step(self._reload(case), story, max(at, planned_at))
        case = self._reload(case)
        if survivor is not None and survivor.is_open and case.may("merge", self.dispatcher):
            at = max(at, self._reload(survivor).updated_at) + timedelta(minutes=7)
            merge_cases(case_id=case.pk, into_id=survivor.pk, by=self.dispatcher, at=at)
        return self._reload(case)

    def call(self, number: int, at: datetime) -> None:
        """A call that is answered at once and never becomes a case."""
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
        log_contact(conversation, by=self.agent, at=at + timedelta(minutes=self.random.randrange(1, 9)))

    def _open(self, story: Story) -> Case:
        report, at = story.report, story.report.received_at
        if report.channel not in SPOKEN:
            return open_case(report, by=resident(None), at=at)
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
        log_contact(conversation, by=self.agent, at=at + timedelta(minutes=4), report=report)
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

    def _timed(self, steps: list[Step], start: datetime) -> list[tuple[Callable[..., datetime], datetime]]:
        """When each step comes: at random, but in order and all of them before today."""
        drawn = [timedelta(hours=self.random.expovariate(1 / _HOURS_PER_STEP)) for _ in steps]
        least = sum((minimum for _, minimum in steps), _AT_ONCE)
        room = max((self.until - start) * 0.95 - least, _AT_ONCE)
        share = min(1.0, room / max(sum(drawn, _AT_ONCE), timedelta(seconds=1)))
        timed, at = [], start
        for (step, minimum), delay in zip(steps, drawn, strict=True):
            at += minimum + delay * share
            timed.append((step, at))
        return timed

    def _plan(self, story: Story) -> list[Step]:
        dispatch, start = (self._dispatch, _AT_ONCE), (self._start, _AT_ONCE)
        by_status: dict[Status, list[Step]] = {
            Status.NEW: [],
            Status.ASSIGNED: [dispatch],
            Status.MERGED: [dispatch],
            Status.IN_PROGRESS: [dispatch, start, (self._note, _AT_ONCE)],
            Status.PLANNED: [dispatch, start, (self._schedule, _AT_ONCE)],
            Status.WAITING_RESIDENT: [dispatch, start, (self._ask, _AT_ONCE)],
            Status.WAITING_OTHER: [dispatch, start, (self._wait, _AT_ONCE)],
            Status.WITHDRAWN: [dispatch, (self._withdraw, _AT_ONCE)],
        }
        if story.ending.status in by_status:
            return by_status[story.ending.status]
        if story.ending.outcome is Outcome.SPAM:
            return [(self._resolve, _AT_ONCE)]
        if story.ending.outcome is Outcome.UNEXAMINED:
            return [dispatch, (self._ask, _AT_ONCE), (self._resolve, timedelta(days=DAYS_TO_ANSWER + 1))]
        end: list[Step] = [(self._resolve, _AT_ONCE)]
        if self.random.random() < 0.08:
            end += [(self._reopen, _AT_ONCE), start, (self._resolve, _AT_ONCE)]
        if story.ending.status is Status.CLOSED:
            end.append((self._close, _AT_ONCE))
        return [dispatch, start, *self._detour(), *end]

    def _detour(self) -> list[Step]:
        """What may come between the start and the end."""
        fate = self.random.random()
        if fate < 0.15:
            return [(self._ask, _AT_ONCE), (self._reply, _AT_ONCE)]
        if fate < 0.35:
            return [(self._schedule, _AT_ONCE)]
        if fate < 0.42:
            return [(self._wait, _AT_ONCE), (self._resume, _AT_ONCE)]
        return [(self._note, _AT_ONCE)] if fate < 0.7 else []

    def _dispatch(self, case: Case, story: Story, at: datetime) -> datetime:
        """What the machine left, a dispatcher decides."""
        if case.status != Status.NEW:
            return at
        urgency = Urgency(case.urgency)
        classify_case(
            case_id=case.pk,
            category=story.category,
            kind=story.kind,
            urgency=urgency,
            by=self.dispatcher,
            at=at,
        )
        department = story.category.department
        if department.code == "contact_centre" and story.kind.is_legal:
            department = Department.objects.get(code="mayor_office")
        at += timedelta(minutes=1)
        route_case(case_id=case.pk, department=department, by=self.dispatcher, at=at)
        return at

    def _start(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("start", handler):
            start_work(case_id=case.pk, by=handler, at=at)
        return at

    def _ask(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.participants.order_by("id")[0].is_reachable and case.may("ask_resident", handler):
            question = self.town.pick("questions", language=case.language)
            answer_by = timezone.localdate(at) + timedelta(days=DAYS_TO_ANSWER)
            ask_resident(case_id=case.pk, question=question, answer_by=answer_by, by=handler, at=at)
        return at

    def _reply(self, case: Case, story: Story, at: datetime) -> datetime:
        participant = case.participants.order_by("id")[0]
        if case.status == Status.WAITING_RESIDENT:
            record_reply(
                participant_id=participant.pk,
                body=self.town.pick("replies", language=case.language),
                channel=Channel.EMAIL if participant.email else Channel.PHONE,
                source_key=f"{case.source_key}:reply",
                at=at,
            )
        return at

    def _schedule(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("plan", handler):
            is_ahead = story.ending.status is Status.PLANNED
            first = timezone.localdate(self.until if is_ahead else at)
            day = first + timedelta(days=self.random.randrange(2, 20))
            plan_work(case_id=case.pk, planned_for=day, note="", by=handler, at=at)
        return at

    def _wait(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("wait_for", handler):
            wait_for(case_id=case.pk, body="Energa Oświetlenie", note="", by=handler, at=at)
        return at

    def _resume(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.status in WAITING and case.may("resume", handler):
            resume_work(case_id=case.pk, by=handler, at=at)
        return at

    def _note(self, case: Case, story: Story, at: datetime) -> datetime:
        add_note(case_id=case.pk, body=self.town.pick("notes", language="pl"), by=self._handler(case), at=at)
        return at

    def _resolve(self, case: Case, story: Story, at: datetime) -> datetime:
        outcome = story.ending.outcome
        handler = self._handler(case) if case.department_id else self.dispatcher
        if outcome is None or not case.may("resolve", handler):
            return at
        is_spam, is_passed_on = outcome is Outcome.SPAM, outcome is Outcome.FORWARDED
        resolve_case(
            case_id=case.pk,
            outcome=outcome,
            answer="" if is_spam else self.town.pick("answers", outcome, language=case.language),
            by=handler,
            at=at,
            authority="Powiatowy Inspektorat Nadzoru Budowlanego" if is_passed_on else "",
        )
        return at

    def _reopen(self, case: Case, story: Story, at: datetime) -> datetime:
        by = self._reporter(case)
        if case.may_reopen(by, timezone.localdate(at)):
            reason = self.town.pick("reopened", language=case.language)
            reopen_case(case_id=case.pk, reason=reason, by=by, at=at)
        return at

    def _withdraw(self, case: Case, story: Story, at: datetime) -> datetime:
        by = self._reporter(case)
        if case.may("withdraw", by):
            withdraw_case(case_id=case.pk, reason="", by=by, at=at)
        return at

    def _close(self, case: Case, story: Story, at: datetime) -> datetime:
        """By the house when the days for reopening are over; by the resident where they are not."""
        if case.status != Status.RESOLVED or case.resolved_at is None:
            return at
        close_at = case.resolved_at + timedelta(days=DAYS_TO_CLOSE)
        if close_at < self.until:
            close_case(case_id=case.pk, at=close_at)
            return close_at
        confirm_case(case_id=case.pk, by=self._reporter(case), at=at)
        return at

    def _reporter(self, case: Case) -> Actor:
        return resident(case.participants.order_by("id")[0].pk)

    def _handler(self, case: Case) -> Actor:
        """Somebody of the department; the dispatcher stands in where nobody has a login."""
        people = User.objects.filter(departments=case.department, is_active=True)
        working = people.filter(role__in=[Role.HANDLER, Role.MANAGER, Role.COUNCIL, Role.DPO])
        person = working.order_by("id").first() if case.department_id else None
        return staff(person) if person else self.dispatcher

    def _reload(self, case: Case) -> Case:
        return Case.objects.select_related("category", "department").get(pk=case.pk)
