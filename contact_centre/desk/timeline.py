"""What happened to a case, in words for colleagues: one sentence per kind of event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actors import ActorKind
from cases.models import Channel, EventKind, Purpose
from cases.queries.case_file import EventEntry
from cases.states import Outcome, Status
from routing.models import Kind, Urgency


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the timeline as ``web/_timeline.html`` shows it."""

    at: datetime
    icon: str
    text: str
    detail: str
    who: str


_SENTENCES: Mapping[str, tuple[str, Any]] = {
    EventKind.RECEIVED: ("inbox", gettext_lazy("Received by %(channel)s")),
    EventKind.TRIAGED: ("stars", gettext_lazy("Read by the classifier: %(guess)s")),
    EventKind.CLASSIFIED: ("tag", gettext_lazy("Decided: %(category)s, %(kind)s, %(urgency)s")),
    EventKind.ROUTED: ("signpost-split", gettext_lazy("Passed to: %(department)s")),
    EventKind.TAKEN: ("person-check", gettext_lazy("Taken by %(person)s")),
    EventKind.DAY_PASSED: ("calendar-event", gettext_lazy("The day has passed: %(day)s")),
    EventKind.ACKNOWLEDGED: ("check-lg", gettext_lazy("Seen, nothing to do")),
    EventKind.STARTED: ("play-circle", gettext_lazy("Work started")),
    EventKind.PLANNED: ("calendar-event", gettext_lazy("Planned for %(day)s")),
    EventKind.QUESTION_ASKED: (
        "question-circle",
        gettext_lazy("The resident was asked; answer until %(day)s"),
    ),
    EventKind.WAITING_OTHER: ("hourglass-split", gettext_lazy("Waiting for another body")),
    EventKind.RESUMED: ("arrow-repeat", gettext_lazy("Goes on: %(status)s")),
    EventKind.RESIDENT_REPLIED: ("chat-left-text", gettext_lazy("The resident wrote")),
    EventKind.MESSAGE_SENT: ("envelope", gettext_lazy("Message to the resident")),
    EventKind.NOTE_ADDED: ("lock", gettext_lazy("Internal note")),
    EventKind.REASSIGNED: (
        "arrow-left-right",
        gettext_lazy("Handed from %(was_department)s to %(department)s"),
    ),
    EventKind.RETURNED: ("reply", gettext_lazy("Returned by %(was_department)s")),
    EventKind.RESOLVED: ("check-circle", gettext_lazy("Resolved: %(outcome)s")),
    EventKind.CONFIRMED: ("check-circle-fill", gettext_lazy("The resident confirmed")),
    EventKind.CLOSED: ("lock", gettext_lazy("Closed")),
    EventKind.REOPENED: ("arrow-counterclockwise", gettext_lazy("Reopened")),
    EventKind.MERGED: ("sign-merge-right", gettext_lazy("Merged into %(other)s")),
    EventKind.MERGED_REPLY: ("chat-left-text", gettext_lazy("Written on the merged case %(other)s")),
    EventKind.LINK_REQUESTED: ("link-45deg", gettext_lazy("Tracking link asked for again")),
    EventKind.UNMERGED: ("node-plus", gettext_lazy("Taken apart from %(other)s")),
    EventKind.WITHDRAWN: ("arrow-return-left", gettext_lazy("Withdrawn")),
    EventKind.DETACHED: ("person", gettext_lazy("The resident left the case")),
    EventKind.LINK_REVOKED: ("link-45deg", gettext_lazy("Tracking link revoked")),
    EventKind.WISHES_CHANGED: ("bell", gettext_lazy("The resident chose how to hear from us")),
    EventKind.EXCLUDED: ("shield-lock", gettext_lazy("Kept away: %(excluded)s")),
    EventKind.EXCLUSION_LIFTED: ("eye", gettext_lazy("May see the case again: %(excluded)s")),
    EventKind.MADE_CONFIDENTIAL: ("eye-slash", gettext_lazy("Made confidential")),
    EventKind.CONFIDENTIAL_LIFTED: ("eye", gettext_lazy("No longer confidential")),
    EventKind.CONTACT_LINKED: ("telephone", gettext_lazy("Contact logged: %(purpose)s")),
    EventKind.MAIL_WAITS: (
        "envelope",
        gettext_lazy("A mail from somebody who has no part in the case waits beside it"),
    ),
    EventKind.MAIL_JOINED: ("envelope", gettext_lazy("A mail from somebody else was added")),
    EventKind.MAIL_APART: ("envelope", gettext_lazy("The mail that waited became the case %(other)s")),
    EventKind.MAIL_ALLOWED: ("envelope", gettext_lazy("Mails to the sender allowed")),
    EventKind.AUTO_REPLIED: ("arrow-repeat", gettext_lazy("An automatic reply came")),
    EventKind.LOOP_STOPPED: (
        "exclamation-triangle",
        gettext_lazy("Only automatic replies come: no automatic mail goes out any more"),
    ),
    EventKind.NOT_DELIVERED: (
        "exclamation-triangle",
        gettext_lazy("Not delivered to %(participant)s: %(failure)s %(code)s"),
    ),
    EventKind.DISPLAYED: ("eye", gettext_lazy("A mail was displayed to %(participant)s")),
    EventKind.MESSAGE_MOVED: ("arrow-left-right", gettext_lazy("A message was moved to %(other)s")),
    EventKind.MESSAGE_CAME: ("arrow-left-right", gettext_lazy("A message was moved here from %(other)s")),
}

# Why a notice did not arrive (``contact_centre.intake.mail.types.Failure``, and what the outbox itself knows).
_FAILURES: Mapping[str, Any] = {
    "DEAD": gettext_lazy("the address does not exist"),
    "REFUSED": gettext_lazy("refused by the other side"),
    "TEMPORARY": gettext_lazy("delayed or given up on the way"),
    "SUPPRESSED": gettext_lazy("nothing is sent to this address any more"),
    "HELD": gettext_lazy("many automatic mails to this address already"),
}


def timeline(events: tuple[EventEntry, ...]) -> list[Line]:
    """All events, the newest first."""
    return [_line(event) for event in reversed(events)]


def _line(event: EventEntry) -> Line:
    icon, sentence = _SENTENCES[event.kind]
    if event.kind == EventKind.TAKEN and event.details["was_user"]:
        sentence = gettext_lazy("Taken over by %(person)s from %(was_person)s")
    detail = event.details["note"] or _old_clocks(event.details)
    return Line(event.at, icon, str(sentence) % _values(event.details), detail, _who(event))


def _old_clocks(details: Mapping[str, Any]) -> str:
    """The terms that a decision about the kind put an end to: no day that was once told goes without a trace."""
    promise, legal = details.get("was_promise_due"), details.get("was_legal_due")
    lines = []
    if promise:
        due = timezone.localtime(datetime.fromisoformat(promise))
        lines.append(_("Our promise until then: %(day)s.") % {"day": date_format(due, "DATETIME_FORMAT")})
    if legal:
        lines.append(_("Term of law until then: %(day)s.") % {"day": _day(legal)})
    if details.get("was_told") and details["was_told"] != details.get("told"):
        lines.append(_("The resident was told: %(day)s.") % {"day": _day(details["was_told"])})
    return " ".join(lines)


def _who(event: EventEntry) -> str:
    if event.actor_kind == ActorKind.SYSTEM:
        return _("by the system")
    return event.actor or (_("resident") if event.actor_kind == ActorKind.RESIDENT else "")


def _values(details: Mapping[str, Any]) -> dict[str, Any]:
    def label(choices: Any, field: str) -> str:
        code = details.get(field)
        return str(choices(code).label) if code else ""

    return {
        "channel": label(Channel, "channel"),
        "guess": details["category"] or _("no idea"),
        "category": details["category"],
        "kind": label(Kind, "case_kind"),
        "urgency": label(Urgency, "urgency"),
        "department": details["department"],
        "was_department": details["was_department"] or _("the contact centre"),
        "person": details["user"],
        "was_person": details["was_user"],
        "excluded": details["user"] or details["department"],
        "day": _day(details.get("date") or details.get("answer_by") or details.get("day")),
        "status": label(Status, "status") if details.get("status") in Status.values else "",
        "outcome": label(Outcome, "outcome"),
        "other": details["other"],
        "purpose": label(Purpose, "purpose"),
        "participant": details["participant"],
        "failure": str(_FAILURES.get(details.get("failure") or "", "")),
        # Of an undelivered mail it is the mail servers' code.
        "code": details.get("status") or "",
    }


def _day(text: str | None) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT") if text else ""
