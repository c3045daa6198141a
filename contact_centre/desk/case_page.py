"""The page of one case, put together for a template: the same for a look, a wrong form and a refresh."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BaseForm
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.access import may_read_restricted_files
from cases.models import Attachment, Audience, Case, MessagePurpose
from cases.queries.case_file import CaseFile, Words, case_file
from cases.states import DEPARTMENT, DESK
from contact_centre.desk.clocks import legal_clock, promise_clock, promise_term
from contact_centre.desk.forms.steps import StepForm, usual_answer_day
from contact_centre.desk.guard import DeskRequest
from contact_centre.desk.seen import seal
from contact_centre.desk.step_list import steps_for
from contact_centre.desk.steps import Step
from contact_centre.desk.timeline import timeline


@dataclass(frozen=True, slots=True)
class File:
    """A file in the conversation."""

    name: str
    url: str
    thumbnail_url: str
    original_url: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as ``web/_message.html`` shows it."""

    side: str
    author: str
    at: datetime
    text: str
    language: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """A step with its form; hindered when there is nobody whom it could reach."""

    step: Step
    form: StepForm
    is_hindered: bool

    @property
    def is_open(self) -> bool:
        return self.form.is_bound


def case_context(
    request: DeskRequest, case: Case, bound: StepForm | None = None, step: str = ""
) -> dict[str, Any]:
    """What the templates of the case page want; ``bound`` is the form that did not pass."""
    found = case_file(case)
    at = timezone.now()
    return {
        "case": case,
        "file": found,
        "bubbles": [_bubble(request, entry) for entry in found.words],
        "lines": timeline(found.events),
        "acts": [_act(request, case, found, row, bound, step) for row in steps_for(case, request.by)],
        "bound": bound,
        "promise": promise_clock(case.promise_due_at, is_paused=case.promise_paused_at is not None, at=at),
        "promise_term": promise_term(case.promise_value, case.promise_unit),
        "legal": legal_clock(case.legal_due_date, today=timezone.localdate(at)),
        "may_revoke": may_revoke(request),
        "live_url": reverse("desk:case", args=[case.reference]),
    }


def may_revoke(request: DeskRequest) -> bool:
    """Who may make a tracking link useless: whoever talks with residents."""
    return request.by.role in (*DESK, *DEPARTMENT)


def make_form(request: DeskRequest, case: Case, step: Step, data: Any = None) -> StepForm:
    """The form of a step, empty or filled in."""
    return step.form(
        data,
        case=case,
        person=request.user,
        by=request.by,
        initial=None if data is not None else _initial(request, case, step),
        auto_id=f"id_{step.name}_%s",
    )


def side_of(entry: Words) -> str:
    """Whose bubble it is: the resident's, the city's, or nobody's but ours."""
    message = entry.message
    if message.audience == Audience.INTERNAL:
        return "internal"
    is_residents = message.is_from_resident or message.purpose == MessagePurpose.REPORT
    return "resident" if is_residents else "city"


def _act(
    request: DeskRequest, case: Case, found: CaseFile, step: Step, bound: BaseForm | None, name: str
) -> Act:
    is_bound = bound is not None and step.name == name
    form = bound if is_bound and isinstance(bound, StepForm) else make_form(request, case, step)
    return Act(step, form, is_hindered=step.asks_resident and not found.is_reachable)


def _initial(request: DeskRequest, case: Case, step: Step) -> dict[str, Any]:
    common: dict[str, Any] = {
        "version": case.version,
        "seen": seal(case, request.user),
        "token": uuid.uuid4(),
    }
    if step.name == "classify":
        category = case.category.code if case.category else ""
        return common | {"category": category, "kind": case.kind or "REPORT", "urgency": case.urgency}
    if step.name == "ask":
        return common | {"answer_by": usual_answer_day()}
    if step.name == "route" and case.category is not None:
        return common | {"department": case.category.department_id}
    if step.name == "plan":
        return common | {"planned_for": case.planned_for}
    return common


def _bubble(request: DeskRequest, entry: Words) -> Bubble:
    message = entry.message
    return Bubble(
        side=side_of(entry),
        author=_author(entry),
        at=message.created_at,
        text=message.body,
        language=message.language,
        files=tuple(_file(request, attachment) for attachment in entry.files),
    )


def _author(entry: Words) -> str:
    """Who speaks; what an agent noted while a resident spoke is not the agent's."""
    if entry.message.purpose == MessagePurpose.REPORT and entry.message.author_user_id is not None:
        return _("The resident, noted by %(agent)s") % {"agent": entry.author}
    return entry.author or _("Contact centre")


def _file(request: DeskRequest, row: Attachment) -> File:
    url = reverse("desk:file", args=[row.pk])
    original = reverse("desk:original", args=[row.pk]) if may_read_restricted_files(request.by) else ""
    return File(row.original_name or row.name, url, url if row.display_path else "", original)
