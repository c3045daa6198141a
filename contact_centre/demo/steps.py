"""The steps of a case: each by the service and the role that would take it, and each tells when it was done."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from cases.actors import Actor, resident, staff
from cases.deadlines import least_answer_day
from cases.models import Case, Channel
from cases.services.conversation import add_note, record_reply
from cases.services.endings import close_case, confirm_case, reopen_case, resolve_case, withdraw_case
from cases.services.merging import merge_cases
from cases.services.waiting import resume_work, wait_for
from cases.services.workflow import (
    ask_resident,
    classify_case,
    plan_work,
    reassign_case,
    route_case,
    start_work,
)
from cases.states import WAITING, Outcome, Status
from contact_centre.demo.endings import BEING_WORKED, DAYS_TO_ANSWER, DAYS_TO_CLOSE
from contact_centre.demo.offices import office_for
from contact_centre.demo.town import Story, Town
from routing.models import Department, Role, Urgency, User

Act = Callable[[Case, Story, datetime], datetime]


class Steps:
    """What people do with the town's cases; a step that does not fit the case any more is left out."""

    def __init__(self, town: Town, dispatcher: Actor, until: datetime) -> None:
        self.town = town
        self.random = town.random
        self.dispatcher = dispatcher
        self.until = until

    def dispatch(self, case: Case, story: Story, at: datetime) -> datetime:
        """What the machine left, a dispatcher decides; what it took for no matter of law, she puts right."""
        is_missed = story.kind.is_legal and case.kind != story.kind
        if case.status != Status.NEW and not is_missed:
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
        code = office_for(story.category, story.kind, story.report.description)
        department = Department.objects.get(code=code)
        at = self.town.office.after(at, timedelta(seconds=self.random.randrange(5, 50)))
        if case.status == Status.NEW:
            route_case(case_id=case.pk, department=department, by=self.dispatcher, at=at)
        elif case.department_id != department.pk:
            reason = self.town.pick("handed_on", language="pl")
            reassign_case(case_id=case.pk, department=department, reason=reason, by=self.dispatcher, at=at)
        return at

    def merge(self, case: Case, story: Story, at: datetime) -> datetime:
        if story.like is None:
            return at
        survivor = Case.objects.get(source_key=story.like.report.source_key)
        if survivor.status in BEING_WORKED and case.may("merge", self.dispatcher):
            merge_cases(case_id=case.pk, into_id=survivor.pk, by=self.dispatcher, at=at)
        return at

    def start(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("start", handler):
            start_work(case_id=case.pk, by=handler, at=at)
        return at

    def ask(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.participants.order_by("id")[0].is_reachable and case.may("ask_resident", handler):
            question = self.town.pick("questions", language=case.language)
            today = timezone.localdate(at)
            answer_by = max(today + timedelta(days=DAYS_TO_ANSWER), least_answer_day(case, today))
            ask_resident(case_id=case.pk, question=question, answer_by=answer_by, by=handler, at=at)
        return at

    def reply(self, case: Case, story: Story, at: datetime) -> datetime:
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

    def schedule(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("plan", handler):
            is_ahead = story.ending.status is Status.PLANNED
            first = timezone.localdate(self.until if is_ahead else at)
            day = first + timedelta(days=self.random.randrange(2, 20))
            plan_work(case_id=case.pk, planned_for=day, note="", by=handler, at=at)
        return at

    def wait(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.may("wait_for", handler):
            wait_for(case_id=case.pk, body="Energa Oświetlenie", note="", by=handler, at=at)
        return at

    def resume(self, case: Case, story: Story, at: datetime) -> datetime:
        handler = self._handler(case)
        if case.status in WAITING and case.may("resume", handler):
            resume_work(case_id=case.pk, by=handler, at=at)
        return at

    def note(self, case: Case, story: Story, at: datetime) -> datetime:
        add_note(case_id=case.pk, body=self.town.pick("notes", language="pl"), by=self._handler(case), at=at)
        return at

    def resolve(self, case: Case, story: Story, at: datetime) -> datetime:
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

    def reopen(self, case: Case, story: Story, at: datetime) -> datetime:
        by = self._reporter(case)
        if case.may_reopen(by, timezone.localdate(at)):
            reason = self.town.pick("reopened", language=case.language)
            reopen_case(case_id=case.pk, reason=reason, by=by, at=at)
        return at

    def withdraw(self, case: Case, story: Story, at: datetime) -> datetime:
        by = self._reporter(case)
        if case.may("withdraw", by):
            withdraw_case(case_id=case.pk, reason="", by=by, at=at)
        return at

    def close(self, case: Case, story: Story, at: datetime) -> datetime:
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
