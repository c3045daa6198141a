"""The page of one case, put together for a template: the same for a look, a wrong form and a refresh."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.access import may_open, may_read_restricted_files, visible_cases
from cases.models import Attachment, Audience, Case, MessagePurpose
from cases.queries.case_file import CaseFile, Words, case_file
from cases.queries.duplicates import duplicates_of_case
from cases.states import DEPARTMENT, DESK
from contact_centre.desk.alike import Alike, show_alike
from contact_centre.desk.clocks import legal_clock, promise_clock, promise_term
from contact_centre.desk.duty import duty_contact
from contact_centre.desk.file_remarks import remarks_on
from contact_centre.desk.forms.steps import REFERENCE_LENGTH, StepForm
from contact_centre.desk.guard import DeskRequest
from contact_centre.desk.placing import placing_of
from contact_centre.desk.prefill import initial_of, offers_of
from contact_centre.desk.step_list import steps_for
from contact_centre.desk.steps import Step
from contact_centre.desk.suggestions import Offer
from contact_centre.desk.timeline import timeline
from contact_centre.web.system_notes import Remark, has_remark, in_words, named_cases
from notifications.queries import mail_stops, notices_of_case


@dataclass(frozen=True, slots=True)
class File:
    """A file in the conversation."""

    name: str
    url: str
    thumbnail_url: str
    original_url: str
    taken_at: datetime | None
    taken_where: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as ``web/_message.html`` shows it, with the cases it names that the reader may see."""

    side: str
    author: str
    at: datetime
    text: str
    language: str
    files: tuple[File, ...]
    mail_url: str
    as_sent_url: str = ""
    full_text: str = ""
    named_cases: tuple[str, ...] = ()
    # A machine's answer: folded, because nobody has to read it.
    is_folded: bool = False

    @property
    def originals(self) -> tuple[File, ...]:
        """The files of which this reader may have what was really sent."""
        return tuple(file for file in self.files if file.original_url)


@dataclass(frozen=True, slots=True)
class Act:
    """A step with its form, open when somebody is at it; hindered when there is nobody whom it could reach.

    ``offers`` are what the machine suggests for its fields.
    """

    step: Step
    form: StepForm
    is_hindered: bool
    is_open: bool
    offers: tuple[Offer, ...]


def case_context(
    request: DeskRequest, case: Case, current: StepForm | None = None, step: str = ""
) -> dict[str, Any]:
    """What the templates of the case page want; ``current`` is the form of the step that somebody is at.

    ``?into=`` in the address opens the step of merging, filled in.
    """
    found = case_file(case)
    at = timezone.now()
    notices = notices_of_case(request.user, case, request.by)
    return {
        "notices": notices,
        "mail_stops": mail_stops(notices, at=at),
        "case": case,
        "file": found,
        "bubbles": [_bubble(request, entry) for entry in found.words],
        "lines": timeline(found.events),
        "placing": placing_of(found.events),
        "acts": [
            _act(request, case, found, row, current if row.name == step else None)
            for row in steps_for(case, request.by)
        ],
        "alike": _alike(request, case, at),
        "may_merge_now": not (case.is_restricted or case.is_legal),
        "bound": current,
        "duty_contact": duty_contact(case, at),
        "promise": promise_clock(case.promise_due_at, is_paused=case.promise_paused_at is not None, at=at),
        "promise_term": promise_term(case.promise_value, case.promise_unit),
        "legal": legal_clock(case.legal_due_date, today=timezone.localdate(at)),
        "may_revoke": may_revoke(request),
        "is_unverified": any(_says(entry, Remark.UNVERIFIED) for entry in found.words),
        "waiting_url": _waiting_url(request, case),
        "live_url": reverse("desk:case", args=[case.reference]),
    }


def may_revoke(request: DeskRequest) -> bool:
    """Who may make a tracking link useless: whoever talks with residents."""
    return request.by.role in (*DESK, *DEPARTMENT)


def make_form(
    request: DeskRequest, case: Case, step: Step, data: Any = None, initial: dict[str, Any] | None = None
) -> StepForm:
    """The form of a step, filled in (``data``), or as it begins (``initial``)."""
    return step.form(
        data,
        case=case,
        person=request.user,
        by=request.by,
        initial=initial,
        auto_id=f"id_{step.name}_%s",
    )


def side_of(entry: Words) -> str:
    """Whose bubble it is: the resident's, the city's, or nobody's but ours."""
    message = entry.message
    if message.audience == Audience.INTERNAL:
        return "internal"
    is_residents = message.is_from_resident or message.purpose == MessagePurpose.REPORT
    return "resident" if is_residents else "city"


def _act(request: DeskRequest, case: Case, found: CaseFile, step: Step, current: StepForm | None) -> Act:
    initial = initial_of(case, request.user, step.name, found.reading)
    into = request.GET.get("into", "")[:REFERENCE_LENGTH] if step.name == "merge" else ""
    form = current or make_form(request, case, step, initial=initial | ({"into": into} if into else {}))
    return Act(
        step,
        form,
        is_hindered=step.asks_resident and not found.is_reachable,
        is_open=current is not None or bool(into),
        offers=offers_of(case, step.name, found.reading),
    )


def _alike(request: DeskRequest, case: Case, at: datetime) -> tuple[Alike, ...]:
    """Only where something can be done about it: open cases that this person may merge."""
    if not case.may("merge", request.by):
        return ()
    return show_alike(request, duplicates_of_case(case, request.user, request.by), at)


def _bubble(request: DeskRequest, entry: Words) -> Bubble:
    message = entry.message
    if message.is_system_note:
        return _system_note(request, entry)
    return Bubble(
        side=side_of(entry),
        author=_author(entry),
        at=message.created_at,
        text=message.body,
        language=message.language,
        files=tuple(_file(request, attachment) for attachment in entry.files),
        mail_url=_mail_url(request, entry, "original"),
        as_sent_url=_mail_url(request, entry, "as_sent"),
        full_text=message.full_body,
        is_folded=message.purpose == MessagePurpose.AUTO_REPLY,
    )


def _says(entry: Words, remark: Remark) -> bool:
    return entry.message.is_system_note and has_remark(entry.message.body, remark)


def _waiting_url(request: DeskRequest, case: Case) -> str:
    """Where a person decides over the mails that wait beside the case; another face serves it."""
    waits = request.by.role in DESK and case.suggested_messages.filter(reason="WAITS").exists()
    return reverse("intake:waiting", args=[case.reference]) if waits else ""


def _system_note(request: DeskRequest, entry: Words) -> Bubble:
    named = named_cases(entry.message.body)
    visible = visible_cases(request.user, request.by).filter(reference__in=named) if named else ()
    return Bubble(
        side=side_of(entry),
        author=_author(entry),
        at=entry.message.created_at,
        text=in_words(entry.message.body),
        language=get_language() or "",
        files=(),
        mail_url="",
        named_cases=tuple(case.reference for case in visible),
    )


def _mail_url(request: DeskRequest, entry: Words, form: str) -> str:
    """Where the mail lies that the words were read from; another face serves it."""
    if not entry.message.is_mail or not may_read_restricted_files(request.by):
        return ""
    return reverse(f"intake:{form}", args=[entry.message.pk])


def _author(entry: Words) -> str:
    """Who speaks; what an agent noted while a resident spoke is not the agent's."""
    if entry.message.purpose == MessagePurpose.REPORT and entry.message.author_user_id is not None:
        return _("The resident, noted by %(agent)s") % {"agent": entry.author}
    return entry.author or _("Contact centre")


def _file(request: DeskRequest, row: Attachment) -> File:
    url = reverse("desk:file", args=[row.pk]) if may_open(request.by, row) else ""
    name, thumbnail = row.original_name or row.name, url if row.display_path else ""
    remarks = remarks_on(row)
    if not (row.has_original and may_read_restricted_files(request.by)):
        return File(name, url, thumbnail, "", None, "", remarks)
    original = reverse("desk:original", args=[row.pk])
    return File(name, url, thumbnail, original, row.taken_at, _taken_where(row), remarks)


def _taken_where(row: Attachment) -> str:
    if row.taken_lat is None or row.taken_lon is None:
        return ""
    return f"{row.taken_lat:.5f}, {row.taken_lon:.5f}"
