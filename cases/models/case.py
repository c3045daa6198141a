"""The case: one request of a resident, its state, and what may be done with it."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from cases.actors import Actor, ActorKind
from cases.models.case_rules import CONSTRAINTS, INDEXES
from cases.models.case_set import CaseQuerySet
from cases.models.codes import REOPEN_DAYS, URGENCY_RANK, Channel
from cases.states import (
    DEPARTMENT,
    DESK,
    DISPATCH,
    IN_DEPARTMENT,
    OPEN,
    RESIDENT,
    SYSTEM,
    WAITING,
    WORKED,
    FSMModelMixin,
    Outcome,
    StateField,
    Status,
    move,
    permits,
    possible,
)
from routing.models import Category, Department, District, Kind, Role, Street, TermUnit, Urgency

if TYPE_CHECKING:
    from cases.models.message import Message
    from cases.models.participant import CaseParticipant

CaseManager = models.Manager.from_queryset(CaseQuerySet)


class Case(FSMModelMixin, models.Model):
    """One request. ``received_at`` never changes; every write adds one to ``version``."""

    reference = models.CharField(max_length=32, unique=True)
    source_key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    kind = models.CharField(max_length=16, choices=Kind, blank=True)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    # To whose mailbox the resident wrote: what she thinks whose matter it is, for the rules.
    addressed_to = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="addressed_cases"
    )
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    status = StateField(max_length=20, choices=Status, default=Status.NEW)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    urgency = models.CharField(max_length=8, choices=Urgency, default=Urgency.NORMAL)
    queue_rank = models.PositiveSmallIntegerField(default=URGENCY_RANK[Urgency.NORMAL], editable=False)
    subject = models.CharField(max_length=200)
    description = models.TextField()
    language = models.CharField(max_length=2, blank=True)
    address = models.CharField(max_length=240, blank=True)
    street = models.ForeignKey(Street, null=True, blank=True, on_delete=models.SET_NULL)
    # As it was read from the words, with the street beside it; what somebody typed stands in ``address`` alone.
    house_number = models.CharField(max_length=16, blank=True)
    area = models.ForeignKey(District, null=True, blank=True, on_delete=models.SET_NULL)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    asset_code = models.CharField(max_length=60, blank=True)
    is_public = models.BooleanField(default=False)
    confidential = models.BooleanField(default=False)
    # The legal gate: what is, or may be, more than a service report is for dispatchers only.
    is_restricted = models.BooleanField(default=True)
    # Behind the gate a kind is a suggestion until a dispatcher has decided it or passed the case on (ADR 7).
    is_kind_decided = models.BooleanField(default=False)
    # A person has to look: triage was unsure, the resident wrote when nobody waited for it, or a day has passed.
    needs_person = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    planned_for = models.DateField(null=True, blank=True)
    answer_by = models.DateField(null=True, blank=True)
    waiting_for = models.CharField(max_length=160, blank=True)
    promise_value = models.PositiveSmallIntegerField(null=True, blank=True)
    promise_unit = models.CharField(max_length=16, choices=TermUnit, blank=True)
    promise_due_at = models.DateTimeField(null=True, blank=True)
    promise_paused_at = models.DateTimeField(null=True, blank=True)
    # All pauses that are over, also those before a promise was given: a promise counted anew adds them again.
    promise_paused_for = models.DurationField(default=timedelta)
    legal_start_date = models.DateField(null=True, blank=True)
    legal_unrolled_date = models.DateField(null=True, blank=True)
    legal_due_date = models.DateField(null=True, blank=True)
    resume_status = models.CharField(max_length=20, choices=Status, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    # What the resident said while reporting; whether it is so, a person decides by merging.
    possible_duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="possible_duplicates"
    )
    reopened_count = models.PositiveSmallIntegerField(default=0)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="logged_cases"
    )
    version = models.PositiveIntegerField(default=1)

    # No columns: whoever reported, and her words, on the case that ``open_case`` has just opened, so that nobody reads
    # them again.
    new_reporter: "CaseParticipant | None" = None
    new_message: "Message | None" = None

    objects = CaseManager()

    class Meta:
        constraints = CONSTRAINTS
        indexes = INDEXES

    def __str__(self) -> str:
        return self.reference

    @property
    def read_place(self) -> str:
        """The street with the number that the words tell; empty without a street."""
        return f"{self.street} {self.house_number}".strip() if self.street else ""

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_settled(self) -> bool:
        """Whether category and kind are decided, so that a date may be promised."""
        is_decided = not self.is_restricted or (self.is_legal and self.is_kind_decided)
        return bool(self.category_id and self.kind) and is_decided

    @property
    def is_legal(self) -> bool:
        """Whether its kind, decided or only suggested, is one of law."""
        return bool(self.kind) and Kind(self.kind).is_legal

    @property
    def is_hazard(self) -> bool:
        """Whether somebody may come to harm: then it goes on, whoever withdraws. Also before its kind is decided."""
        return self.urgency != Urgency.NORMAL and not self.is_legal

    def is_overdue(self, at: datetime) -> bool:
        """Whether the promise or the term of law has passed; only the promise stands still."""
        promise, term = self.promise_due_at, self.legal_due_date
        is_late = promise is not None and promise < at and self.promise_paused_at is None
        return self.is_open and (is_late or (term is not None and term < timezone.localdate(at)))

    def may(self, action: str, by: Actor) -> bool:
        """Whether ``by`` may make the transition now: state, role, and for departments whose case it is."""
        method = getattr(self, action)
        if not (possible(method) and permits(method, by.role)):
            return False
        return self._is_in_reach(by)

    def may_work(self, by: Actor) -> bool:
        """Whether ``by`` may take the case and speak for the city on it: any desk, and the department whose it is."""
        return by.role in (*DESK, *IN_DEPARTMENT) and self._is_in_reach(by)

    def may_acknowledge(self, by: Actor) -> bool:
        """Whether ``by`` may say that there is nothing to do: not while nobody has decided where the case goes."""
        return self.needs_person and self.status != Status.NEW and self.may_work(by)

    def may_reopen(self, by: Actor, today: date) -> bool:
        """Residents reopen until 14 days after the answer; the staff at any time. ``today`` is a day of the city."""
        if not self.may("reopen", by):
            return False
        if by.kind is not ActorKind.RESIDENT:
            return True
        return self.resolved_at is not None and not self.is_past_reopening(today)

    def is_past_reopening(self, today: date) -> bool:
        """Whether it ended so long ago that what a resident says is a new matter, not more of this one."""
        resolved = self.resolved_at
        if resolved is None or self.is_open:
            return False
        return (today - timezone.localdate(resolved)).days > REOPEN_DAYS

    def may_withdraw(self, by: Actor) -> bool:
        """By the table; a resident whose case was merged into another may still leave it."""
        is_merged = self.status == Status.MERGED and by.kind is ActorKind.RESIDENT
        return is_merged or self.may("withdraw", by)

    # -- transitions: fields only, no queries ---------------------------------------------------------------

    @move(Status.NEW, Status.ASSIGNED, roles=(*DESK, SYSTEM))
    def route(self, department: Department) -> None:
        self.department = department
        self.assignee = None
        self.needs_person = False

    @move(Status.ASSIGNED, Status.IN_PROGRESS, roles=(*DEPARTMENT, Role.CREW, Role.DISPATCHER, Role.HEAD))
    def start(self) -> None:
        self.needs_person = False

    @move(WORKED, Status.PLANNED, roles=(*DEPARTMENT, Role.DISPATCHER, Role.HEAD))
    def plan(self, planned_for: date) -> None:
        self.planned_for = planned_for
        self.needs_person = False

    @move(
        (*WORKED, *WAITING),
        Status.ASSIGNED,
        roles=(*DISPATCH, Role.HANDLER, Role.MANAGER, Role.COUNCIL, Role.DPO),
    )
    def reassign(self, department: Department) -> None:
        self.department = department
        self.assignee = None
        self.resume_status = ""

    @move((*WORKED, *WAITING), Status.NEW, roles=(*DEPARTMENT, Role.DISPATCHER, Role.HEAD))
    def return_to_desk(self) -> None:
        self.department = None
        self.assignee = None
        self.resume_status = ""
        self.needs_person = True

    @move((Status.NEW, *WORKED), Status.WAITING_RESIDENT, roles=(*DESK, *DEPARTMENT))
    def ask_resident(self, answer_by: date) -> None:
        self.resume_status = self.status
        self.answer_by = answer_by
        self.needs_person = False

    @move(WORKED, Status.WAITING_OTHER, roles=(*DEPARTMENT, Role.DISPATCHER, Role.HEAD))
    def wait_for(self, body: str) -> None:
        self.resume_status = self.status
        self.waiting_for = body

    @move(Status.WAITING_RESIDENT, (Status.NEW, *WORKED), roles=(RESIDENT, *DESK, *DEPARTMENT))
    def resident_replied(self) -> str:
        # Nothing but a person takes a case further that no department has.
        self.needs_person = self.needs_person or self.resume_status == Status.NEW
        return self._resumed()

    @move(Status.PLANNED, Status.IN_PROGRESS, roles=(*DESK, *IN_DEPARTMENT))
    @move(WAITING, (Status.NEW, *WORKED), roles=(*DESK, *IN_DEPARTMENT))
    def resume(self) -> str:
        # Back at the desk it waits for whoever passes it on.
        self.needs_person = self.resume_status == Status.NEW
        return self._resumed()

    @move(OPEN, Status.RESOLVED, roles=(*DESK, *DEPARTMENT, Role.CREW))
    def resolve(self, outcome: Outcome, at: datetime) -> None:
        self.outcome = outcome
        self.resolved_at = at
        self.resume_status = ""
        self.needs_person = False

    @move(Status.RESOLVED, Status.CLOSED, roles=(RESIDENT, SYSTEM, *DISPATCH))
    def close(self) -> None:
        pass

    @move(Status.WITHDRAWN, (Status.ASSIGNED, Status.NEW), roles=(*DESK, *DEPARTMENT))
    @move(
        (Status.RESOLVED, Status.CLOSED), (Status.ASSIGNED, Status.NEW), roles=(RESIDENT, *DESK, *DEPARTMENT)
    )
    def reopen(self) -> str:
        self.outcome = ""
        self.resolved_at = None
        self.reopened_count += 1
        if self.department_id is None:
            self.needs_person = True
            return Status.NEW
        return Status.ASSIGNED

    @move(OPEN, Status.MERGED, roles=(*DESK, Role.HANDLER, Role.MANAGER))
    def merge(self, into: "Case") -> None:
        self.resume_status = self.status
        self.merged_into = into

    @move(Status.MERGED, OPEN, roles=(*DISPATCH, Role.MANAGER))
    def unmerge(self) -> str:
        self.merged_into = None
        back = self._resumed()
        if back in WAITING:
            # From where it waited was given up for the merge.
            self.resume_status = Status.ASSIGNED if self.department_id else Status.NEW
        return back

    @move(OPEN, Status.WITHDRAWN, roles=(RESIDENT, *DESK, Role.HANDLER, Role.MANAGER))
    def withdraw(self, at: datetime) -> None:
        self.resolved_at = at
        self.resume_status = ""
        self.needs_person = False

    def _is_in_reach(self, by: Actor) -> bool:
        return by.role not in IN_DEPARTMENT or self.department_id in by.departments

    def _resumed(self) -> str:
        back, self.resume_status = self.resume_status, ""
        return back
