"""Everything that the page of one case shows: conversation, timeline, reading, people, contacts, exclusions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import (
    Attachment,
    Case,
    CaseEvent,
    CaseParticipant,
    Contact,
    EventKind,
    Exclusion,
    Message,
)
from cases.queries.reading import Reading, last_reading
from routing.models import Category, Department, User

# Payload fields that refer to a row, and what is shown instead of the id or code.
_USERS = ("user", "was_user")
_DEPARTMENTS = ("department", "was_department")
_CATEGORIES = ("category", "was_category")
_NOTES: dict[str, str] = {
    EventKind.REASSIGNED: "note",
    EventKind.RETURNED: "note",
    EventKind.EXCLUDED: "note",
    EventKind.EXCLUSION_LIFTED: "note",
    EventKind.MADE_CONFIDENTIAL: "note",
    EventKind.CONFIDENTIAL_LIFTED: "note",
    EventKind.WITHDRAWN: "note",
    EventKind.DETACHED: "note",
    EventKind.WAITING_OTHER: "message",
    EventKind.AUTO_REPLIED: "message",
}
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class Words:
    """One message of the conversation with its files."""

    message: Message
    author: str
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event. ``details`` is its payload with names and words instead of codes and ids."""

    kind: str
    at: datetime
    version: int
    actor: str
    actor_kind: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What the case page shows besides the case itself."""

    words: tuple[Words, ...]
    events: tuple[EventEntry, ...]
    reading: Reading | None
    participants: tuple[CaseParticipant, ...]
    contacts: tuple[Contact, ...]
    exclusions: tuple[Exclusion, ...]
    merged: tuple[str, ...]

    @property
    def is_reachable(self) -> bool:
        """Whether anybody on the case can be asked or told."""
        return any(participant.is_reachable for participant in self.participants)


def case_file(case: Case) -> CaseFile:
    """Read all that belongs to one case, in a fixed number of statements."""
    words = _conversation(case)
    return CaseFile(
        words=words,
        events=_events(case, {entry.message.pk: entry.message.body for entry in words}),
        reading=last_reading(case),
        participants=tuple(case.participants.order_by("id")),
        contacts=tuple(
            case.contacts.select_related("logged_by", "called_back_by").order_by("started_at", "id")
        ),
        exclusions=tuple(case.exclusions.select_related("user", "department").order_by("id")),
        merged=tuple(case.merged.order_by("id").values_list("reference", flat=True)),
    )


def events_since(case: Case, version: int) -> tuple[EventEntry, ...]:
    """What happened after somebody saw the case at ``version``: for whom a form came too late."""
    messages = case.messages.values_list("pk", "body")
    return tuple(entry for entry in _events(case, dict(messages)) if entry.version > version)


def _conversation(case: Case) -> tuple[Words, ...]:
    files: dict[int | None, list[Attachment]] = {}
    for file in case.attachments.order_by("id"):
        files.setdefault(file.message_id, []).append(file)
    messages = case.messages.select_related("author_user", "author_participant").order_by("id")
    return tuple(Words(message, _author(message), tuple(files.get(message.pk, ()))) for message in messages)


def _author(message: Message) -> str:
    author = message.author_user or message.author_participant
    return str(author) if author else ""


def _events(case: Case, words: Mapping[int, str]) -> tuple[EventEntry, ...]:
    events = list(case.events.select_related("actor_user", "actor_participant").order_by("id"))
    names = _names(event.payload for event in events)
    return tuple(
        EventEntry(
            kind=event.kind,
            at=event.occurred_at,
            version=event.case_version,
            actor=str(event.actor_user or event.actor_participant or ""),
            actor_kind=event.actor_kind,
            details=_details(event, names, words),
        )
        for event in events
    )


def _details(event: CaseEvent, names: Mapping[Any, str], words: Mapping[int, str]) -> dict[str, Any]:
    details: dict[str, Any] = dict(event.payload)
    for field in _DEPARTMENTS:
        details[field] = names.get((Department, details.get(field)), "")
    for field in _CATEGORIES:
        details[field] = names.get((Category, details.get(field)), "")
    for field in _USERS:
        details[field] = names.get((User, details.get(field)), "")
    details["participant"] = names.get((CaseParticipant, details.get("participant")), "")
    details["other"] = names.get(
        (Case, details.get("into") or details.get("was_into") or details.get("merged")), ""
    )
    note = words.get(details.get(_NOTES[event.kind]) or 0, "") if event.kind in _NOTES else ""
    details["note"] = note if len(note) <= _EXCERPT else note[: _EXCERPT - 1].rstrip() + "…"
    return details


def _names(payloads: Iterable[Mapping[str, Any]]) -> dict[Any, str]:
    """Names of all that the payloads refer to, by model and code or id: one statement for each model."""
    all_payloads = list(payloads)
    named: dict[Any, str] = {}
    for department in Department.objects.filter(code__in=_values(all_payloads, *_DEPARTMENTS)):
        named[Department, department.code] = department.label
    for category in Category.objects.filter(code__in=_values(all_payloads, *_CATEGORIES)):
        named[Category, category.code] = category.name
    for user in User.objects.filter(pk__in=_values(all_payloads, *_USERS)):
        named[User, user.pk] = str(user)
    for participant in CaseParticipant.objects.filter(pk__in=_values(all_payloads, "participant")):
        named[CaseParticipant, participant.pk] = str(participant)
    for pk, reference in Case.objects.filter(
        pk__in=_values(all_payloads, "into", "was_into", "merged")
    ).values_list("pk", "reference"):
        named[Case, pk] = reference
    return named


def _values(payloads: list[Mapping[str, Any]], *fields: str) -> set[Any]:
    return {payload[field] for payload in payloads for field in fields if payload.get(field)}
