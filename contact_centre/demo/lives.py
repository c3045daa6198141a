"""The lives of the demonstration's cases: each step by the service and the role that would take it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

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
    route_case,
    start_work,
    wait_for,
)
from cases.states import Outcome, Status
from cases.triage import decide
from contact_centre.demo.town import Story, Town
from routing.models import Category, Department, Kind, Role, Urgency, User

_SPOKEN = (Channel.PHONE, Channel.COUNTER, Channel.LETTER)
_OUTCOMES = {
    Outcome.DONE: 60,
    Outcome.ANSWERED: 22,
    Outcome.NOT_CONFIRMED: 8,
    Outcome.DECLINED: 6,
    Outcome.FORWARDED: 4,
}
_DAYS_TO_CLOSE = 15
# Most steps come soon, a few take weeks: a backlog as offices have it.
_HOURS_PER_STEP = 100
_HOURS_TO_DISPATCH = 12


Step = Callable[[Case, Actor, datetime], None]


class Lives:
    """Takes stories from their first word to wherever they are ``until`` now."""

    def __init__(self, town: Town, until: datetime) -> None:
        self.town = town
        self.random = town.random
        self.until = until
        self.agent = staff(User.objects.get(username="agent"))
        self.dispatcher = staff(User.objects.get(username="dispatcher"))

    def tell(self, story: Story) -> Case:
        """Open the case and let it live; a story told before stays as it is."""
        known = Case.objects.filter(source_key=story.report.source_key).first()
        if known is not None:
            return known
        case = self._open(story)
        at = self._triage(case)
        at = self._dispatch(case, story, at)
        if self._reload(case).status == Status.ASSIGNED:
            self._work(case, story, at)
        return self._reload(case)

    def call(self, number: int, at: datetime) -> None:
        """A call that is answered at once and never becomes a case."""
        calls = self.town.words["calls"]
        conversation = Conversation(
            source_key=f"seed:{self.town.seed}:call:{number}",
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
        if report.channel not in _SPOKEN:
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

    def _triage(self, case: Case) -> datetime:
        event = CaseEvent.objects.get(case=case, kind=EventKind.RECEIVED)
        at = event.occurred_at + timedelta(seconds=self.random.randrange(2, 40))
        work = EventWork.objects.filter(event=event, consumer="triage").first()
        if work is not None:
            record_triage(event_id=event.pk, work_id=work.pk, decision=decide(case), at=at)
        return at

    def _dispatch(self, case: Case, story: Story, at: datetime) -> datetime:
        """What the machine left, a dispatcher decides within a day; some of the newest still wait."""
        current = self._reload(case)
        at += timedelta(hours=self.random.expovariate(1 / _HOURS_TO_DISPATCH))
        if current.status != Status.NEW or at > self.until:
            return at
        category = Category.objects.get(code=story.label)
        self._do(
            classify_case, case, at, category=category, kind=story.kind, urgency=Urgency(current.urgency)
        )
        if self.random.random() < 0.02:
            resolve_case(case_id=case.pk, outcome=Outcome.SPAM, answer="", by=self.dispatcher, at=at)
            return at
        department = category.department
        if department.code == "contact_centre" and story.kind.is_legal:
            department = Department.objects.get(code="mayor_office")
        self._do(route_case, case, at, department=department)
        return at

    def _work(self, case: Case, story: Story, at: datetime) -> None:
        handler = self._handler(self._reload(case))
        for step in self._plan(story):
            at += timedelta(hours=self.random.expovariate(1 / _HOURS_PER_STEP))
            if at > self.until:
                return
            step(self._reload(case), handler, at)

    def _plan(self, story: Story) -> list[Step]:
        fate = self.random.random()
        steps: list[Step] = [self._start]
        if fate < 0.05 and story.report.reporter.email:
            return [self._withdraw]
        if fate < 0.10:
            return [self._merge]
        if fate < 0.25:
            steps.append(self._ask)
        elif fate < 0.45:
            steps.append(self._schedule)
        elif fate < 0.52:
            steps.append(self._wait)
        if self.random.random() < 0.3:
            steps.append(self._note)
        steps.append(self._resolve)
        if self.random.random() < 0.12:
            steps += [self._reopen, self._start, self._resolve]
        steps.append(self._close)
        return steps

    def _start(self, case: Case, handler: Actor, at: datetime) -> None:
        if case.may("start", handler):
            start_work(case_id=case.pk, by=handler, at=at)

    def _ask(self, case: Case, handler: Actor, at: datetime) -> None:
        participant = case.participants.order_by("id")[0]
        if not (participant.is_reachable and case.may("ask_resident", handler)):
            return
        question = self.town.pick("questions", language=case.language)
        ask_resident(
            case_id=case.pk, question=question, answer_by=at.date() + timedelta(days=7), by=handler, at=at
        )
        answered_at = at + timedelta(hours=self.random.uniform(1, 90))
        if answered_at < self.until and self.random.random() < 0.8:
            record_reply(
                participant_id=participant.pk,
                body=self.town.pick("replies", language=case.language),
                channel=Channel.EMAIL if participant.email else Channel.PHONE,
                source_key=f"{case.source_key}:reply",
                at=answered_at,
            )

    def _schedule(self, case: Case, handler: Actor, at: datetime) -> None:
        if case.may("plan", handler):
            day = at.date() + timedelta(days=self.random.randrange(2, 20))
            plan_work(case_id=case.pk, planned_for=day, note="", by=handler, at=at)

    def _wait(self, case: Case, handler: Actor, at: datetime) -> None:
        if case.may("wait_for", handler):
            wait_for(case_id=case.pk, body="Energa Oświetlenie", note="", by=handler, at=at)

    def _note(self, case: Case, handler: Actor, at: datetime) -> None:
        add_note(case_id=case.pk, body=self.town.pick("notes", language="pl"), by=handler, at=at)

    def _resolve(self, case: Case, handler: Actor, at: datetime) -> None:
        if not case.may("resolve", handler):
            return
        outcome = self.random.choices(list(_OUTCOMES), weights=list(_OUTCOMES.values()))[0]
        if case.kind != Kind.REPORT and outcome in (Outcome.DONE, Outcome.NOT_CONFIRMED):
            outcome = Outcome.ANSWERED
        authority = "Powiatowy Inspektorat Nadzoru Budowlanego" if outcome is Outcome.FORWARDED else ""
        answer = self.town.pick("answers", outcome, language=case.language)
        resolve_case(case_id=case.pk, outcome=outcome, answer=answer, by=handler, at=at, authority=authority)

    def _reopen(self, case: Case, handler: Actor, at: datetime) -> None:
        by = resident(case.participants.order_by("id")[0].pk)
        if case.may_reopen(by, timezone.localdate(at)):
            reason = self.town.pick("reopened", language=case.language)
            reopen_case(case_id=case.pk, reason=reason, by=by, at=at)

    def _withdraw(self, case: Case, handler: Actor, at: datetime) -> None:
        by = resident(case.participants.order_by("id")[0].pk)
        if case.may("withdraw", by):
            withdraw_case(case_id=case.pk, reason="", by=by, at=at)

    def _merge(self, case: Case, handler: Actor, at: datetime) -> None:
        same = Case.objects.open().filter(category=case.category, department=case.department)
        survivor = same.exclude(pk=case.pk).filter(legal_due_date__isnull=True).order_by("-id").first()
        if survivor is not None and case.may("merge", self.dispatcher) and case.legal_due_date is None:
            merge_cases(case_id=case.pk, into_id=survivor.pk, by=self.dispatcher, at=at)

    def _close(self, case: Case, handler: Actor, at: datetime) -> None:
        if case.status != Status.RESOLVED or case.resolved_at is None:
            return
        if self.random.random() < 0.25:
            by = resident(case.participants.order_by("id")[0].pk)
            confirm_case(case_id=case.pk, by=by, at=at)
            return
        close_at = case.resolved_at + timedelta(days=_DAYS_TO_CLOSE)
        if close_at < self.until:
            close_case(case_id=case.pk, at=close_at)

    def _handler(self, case: Case) -> Actor:
        """Somebody of the department; the dispatcher stands in where nobody has a login."""
        people = User.objects.filter(departments=case.department, is_active=True)
        person = (
            people.filter(role__in=[Role.HANDLER, Role.MANAGER, Role.COUNCIL, Role.DPO])
            .order_by("id")
            .first()
        )
        return staff(person) if person else self.dispatcher

    def _do(self, service: Callable[..., Case], case: Case, at: datetime, **values: object) -> None:
        service(case_id=case.pk, by=self.dispatcher, at=at, **values)

    def _reload(self, case: Case) -> Case:
        return Case.objects.select_related("category", "department").get(pk=case.pk)
