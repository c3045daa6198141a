"""What one participant may read of her case: what happened, and the words that are hers or the city's to her."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.access import attachments_for_resident
from cases.keys import tracking_key
from cases.models import (
    Attachment,
    Audience,
    Case,
    CaseEvent,
    CaseParticipant,
    EventKind,
    Message,
    MessagePurpose,
    ParticipantRole,
)
from cases.payloads import Classified
from cases.queries.merged import answer_of
from cases.states import Outcome
from cases.timeline import PUBLIC_KINDS
from contact_centre.web.wording import day
from routing.models import Department


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownFile:
    name: str
    url: str
    thumbnail_url: str


@dataclass(frozen=True, slots=True)
class Words:
    """One message of the conversation; ``side`` is "resident" or "city"."""

    side: str
    author: str
    at: datetime
    text: str
    language: str
    files: tuple[ShownFile, ...]


_EVENTS = {
    EventKind.RECEIVED: ("inbox", gettext_lazy("We received your report.")),
    EventKind.ROUTED: ("arrow-right", gettext_lazy("We passed it to: %(unit)s.")),
    EventKind.REASSIGNED: ("arrow-right", gettext_lazy("We passed it to: %(unit)s.")),
    EventKind.STARTED: ("tools", gettext_lazy("Work has started.")),
    EventKind.PLANNED: ("calendar-event", gettext_lazy("We planned it for %(date)s.")),
    EventKind.CLASSIFIED: ("calendar-event", gettext_lazy("We named another day for our answer: %(date)s.")),
    EventKind.QUESTION_ASKED: ("question-circle", gettext_lazy("We asked you something.")),
    EventKind.WAITING_OTHER: (
        "hourglass-split",
        gettext_lazy("We asked another body and wait for its answer."),
    ),
    EventKind.RESIDENT_REPLIED: ("reply", gettext_lazy("You wrote to us.")),
    EventKind.MESSAGE_SENT: ("envelope", gettext_lazy("We wrote to you.")),
    EventKind.RESOLVED: ("check-circle", gettext_lazy("We finished and wrote an answer.")),
    EventKind.CONFIRMED: ("check-circle-fill", gettext_lazy("It was confirmed that all is well.")),
    EventKind.CLOSED: ("lock", gettext_lazy("The report is closed.")),
    EventKind.REOPENED: ("arrow-counterclockwise", gettext_lazy("The report was opened again.")),
    EventKind.MERGED: (
        "sign-merge-right",
        gettext_lazy("We joined it with another report about the same thing."),
    ),
    EventKind.UNMERGED: ("signpost-split", gettext_lazy("We look at it separately again.")),
    EventKind.WITHDRAWN: ("arrow-return-left", gettext_lazy("The report was withdrawn.")),
}
_QUOTE_LENGTH = 280
# Of a case that ours was merged into: how the work goes on, nobody's words.
_SHARED_KINDS = frozenset(
    {
        EventKind.ROUTED,
        EventKind.CLASSIFIED,
        EventKind.REASSIGNED,
        EventKind.STARTED,
        EventKind.PLANNED,
        EventKind.WAITING_OTHER,
        EventKind.RESOLVED,
        EventKind.CLOSED,
    }
)


def timeline(participant: CaseParticipant, survivor: Case) -> list[Entry]:
    """What happened, the latest first; replies of other participants are not told."""
    own = Q(case_id=participant.case_id, kind__in=[*PUBLIC_KINDS, EventKind.CLASSIFIED])
    shared = Q(case_id=survivor.pk, kind__in=_SHARED_KINDS)
    events = [
        event
        for event in CaseEvent.objects.filter(own | shared).order_by("-occurred_at", "-id")
        if _is_told(event, participant)
    ]
    codes = {event.payload["department"] for event in events if event.payload.get("department")}
    units = {unit.code: unit.name for unit in Department.objects.filter(code__in=codes)}
    return [_entry(event, units) for event in events]


def conversation(participant: CaseParticipant, survivor: Case) -> list[Words]:
    """The participant's own words and the city's, in order. Another participant's words never."""
    case = participant.case
    files = _files_by_message(participant)
    rows = Message.objects.filter(case=case, audience=Audience.RESIDENT).filter(_is_hers(participant))
    shown = [_words(row, files.get(row.pk, ())) for row in rows.order_by("created_at", "id")]
    if survivor.pk != case.pk and (answer := answer_of(survivor)):
        shown.append(_words(answer, ()))
    return shown


def quoted(text: str) -> str:
    """The beginning of what was said, cut between words: all of it is in the conversation."""
    if len(text) <= _QUOTE_LENGTH:
        return text
    beginning, *_rest = text[:_QUOTE_LENGTH].rsplit(None, 1)
    return f"{beginning}…"


def _is_hers(participant: CaseParticipant) -> Q:
    hers = Q(author_participant=participant)
    from_city = Q(author_participant__isnull=True) & ~Q(purpose=MessagePurpose.REPORT)
    if participant.role == ParticipantRole.REPORTER:
        # What an agent noted while she spoke.
        from_city |= Q(author_participant__isnull=True, purpose=MessagePurpose.REPORT)
    return hers | from_city


def _words(row: Message, files: Iterable[ShownFile]) -> Words:
    is_noted = row.purpose == MessagePurpose.REPORT and row.author_participant_id is None
    if row.author_participant_id is not None:
        side, author = "resident", _("You")
    elif is_noted:
        side, author = "resident", _("You, as we noted it")
    else:
        side, author = "city", _("Contact centre")
    return Words(side, author, row.created_at, row.body, row.language, tuple(files))


def _files_by_message(participant: CaseParticipant) -> Mapping[int | None, list[ShownFile]]:
    found: dict[int | None, list[ShownFile]] = defaultdict(list)
    for row in attachments_for_resident(participant).order_by("id"):
        found[row.message_id].append(_shown(row, participant))
    return found


def _shown(row: Attachment, participant: CaseParticipant) -> ShownFile:
    parts = [participant.case.reference, tracking_key(participant), row.pk, row.name]
    url = reverse("portal:file", args=parts)
    return ShownFile(row.original_name or row.name, url, url if row.display_path else "")


def _is_told(event: CaseEvent, participant: CaseParticipant) -> bool:
    """Her own answers and those of nobody else; of decisions among us those alone that move a day that she was told."""
    if event.kind == EventKind.CLASSIFIED:
        return Classified.takes_day_away(event.payload)
    return event.kind != EventKind.RESIDENT_REPLIED or event.actor_participant_id == participant.pk


def _entry(event: CaseEvent, units: Mapping[str, str]) -> Entry:
    icon, text = _EVENTS[EventKind(event.kind)]
    if event.payload.get("outcome") == Outcome.SPAM:
        text = gettext_lazy("We closed the report without an answer.")
    planned = event.payload.get("date") or event.payload.get("told")
    if event.kind == EventKind.CLASSIFIED and not planned:
        text = gettext_lazy("The day that we named for our answer no longer holds.")
    values = {
        "unit": units.get(event.payload.get("department", ""), ""),
        "date": day(date.fromisoformat(planned)) if planned else "",
    }
    return Entry(event.occurred_at, icon, str(text) % values)
