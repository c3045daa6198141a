"""What each kind of event records: ids and codes only, never words or personal data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

from cases.models import EventKind


@dataclass(frozen=True, slots=True)
class Payload:
    """The base of all payloads; ``kind`` is the event's kind, ``schema`` rises when fields change meaning.

    ``was_department``, ``was_user``, ``was_kind`` and ``was_restricted`` say what the event changed of who may see
    the case: those who lose it are told by them (``contact_centre.live``).
    """

    kind: ClassVar[EventKind]
    schema: ClassVar[int] = 1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Received(Payload):
    kind = EventKind.RECEIVED
    channel: str
    message: int
    participant: int | None


@dataclass(frozen=True, slots=True)
class Triaged(Payload):
    kind = EventKind.TRIAGED
    model_version: str
    category: str | None
    probability: float
    is_restricted: bool
    needs_person: bool


@dataclass(frozen=True, slots=True)
class Classified(Payload):
    """``was_promise_due`` and ``was_legal_due``: the clocks that no longer count; since schema 2.

    ``was_told`` and ``told``: the day that residents were told until now, and the one that they are told from now on.
    """

    kind = EventKind.CLASSIFIED
    schema: ClassVar[int] = 2
    category: str | None
    case_kind: str
    urgency: str
    was_category: str | None
    was_kind: str
    was_restricted: bool = False
    was_promise_due: str | None = None
    was_legal_due: str | None = None
    was_told: str | None = None
    told: str | None = None

    @staticmethod
    def takes_day_away(payload: Mapping[str, Any]) -> bool:
        """Whether a day that residents were told is no more, or comes later: no day is moved silently."""
        was, now = payload.get("was_told"), payload.get("told")
        return was is not None and (now is None or date.fromisoformat(now) > date.fromisoformat(was))


@dataclass(frozen=True, slots=True)
class Routed(Payload):
    kind = EventKind.ROUTED
    department: str
    reason: str
    rule: str | None
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class Taken(Payload):
    kind = EventKind.TAKEN
    user: int
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class Started(Payload):
    kind = EventKind.STARTED


@dataclass(frozen=True, slots=True)
class Planned(Payload):
    kind = EventKind.PLANNED
    date: str
    message: int | None


@dataclass(frozen=True, slots=True)
class QuestionAsked(Payload):
    """``warns``: a call to complete (KPA art. 64 § 2); without an answer the matter may stay unexamined."""

    kind = EventKind.QUESTION_ASKED
    message: int
    answer_by: str
    warns: bool = False


@dataclass(frozen=True, slots=True)
class WaitingOther(Payload):
    kind = EventKind.WAITING_OTHER
    message: int


@dataclass(frozen=True, slots=True)
class DayPassed(Payload):
    """A day that was promised or set is over; ``status`` says whose day: of the work, or of the answer."""

    kind = EventKind.DAY_PASSED
    status: str
    day: str


@dataclass(frozen=True, slots=True)
class Resumed(Payload):
    kind = EventKind.RESUMED
    status: str


@dataclass(frozen=True, slots=True)
class ResidentReplied(Payload):
    kind = EventKind.RESIDENT_REPLIED
    message: int
    channel: str


@dataclass(frozen=True, slots=True)
class MessageSent(Payload):
    kind = EventKind.MESSAGE_SENT
    message: int


@dataclass(frozen=True, slots=True)
class Acknowledged(Payload):
    kind = EventKind.ACKNOWLEDGED


@dataclass(frozen=True, slots=True)
class NoteAdded(Payload):
    kind = EventKind.NOTE_ADDED
    message: int


@dataclass(frozen=True, slots=True)
class Reassigned(Payload):
    kind = EventKind.REASSIGNED
    department: str
    was_department: str | None
    note: int
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class Returned(Payload):
    """Without a note the legal gate sent it back."""

    kind = EventKind.RETURNED
    was_department: str | None
    note: int | None
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class Resolved(Payload):
    kind = EventKind.RESOLVED
    outcome: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Confirmed(Payload):
    kind = EventKind.CONFIRMED


@dataclass(frozen=True, slots=True)
class Closed(Payload):
    kind = EventKind.CLOSED


@dataclass(frozen=True, slots=True)
class Reopened(Payload):
    kind = EventKind.REOPENED
    message: int


@dataclass(frozen=True, slots=True)
class Merged(Payload):
    kind = EventKind.MERGED
    into: int
    participants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergedReply(Payload):
    """On the survivor: somebody wrote on the case ``merged``; the words stay there, with their own household."""

    kind = EventKind.MERGED_REPLY
    merged: int
    message: int


@dataclass(frozen=True, slots=True)
class Unmerged(Payload):
    kind = EventKind.UNMERGED
    was_into: int


@dataclass(frozen=True, slots=True)
class Withdrawn(Payload):
    kind = EventKind.WITHDRAWN
    note: int | None


@dataclass(frozen=True, slots=True)
class Detached(Payload):
    kind = EventKind.DETACHED
    participant: int
    note: int | None = None


@dataclass(frozen=True, slots=True)
class LinkRevoked(Payload):
    kind = EventKind.LINK_REVOKED
    participant: int
    key_version: int


@dataclass(frozen=True, slots=True)
class LinkRequested(Payload):
    kind = EventKind.LINK_REQUESTED
    participant: int


@dataclass(frozen=True, slots=True)
class WishesChanged(Payload):
    kind = EventKind.WISHES_CHANGED
    participant: int
    language: str
    channel: str
    only_compulsory: bool


@dataclass(frozen=True, slots=True)
class Excluded(Payload):
    kind = EventKind.EXCLUDED
    user: int | None
    department: str | None
    note: int
    was_department: str | None = None
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class ExclusionLifted(Payload):
    kind = EventKind.EXCLUSION_LIFTED
    user: int | None
    department: str | None
    note: int


@dataclass(frozen=True, slots=True)
class MadeConfidential(Payload):
    kind = EventKind.MADE_CONFIDENTIAL
    note: int
    was_user: int | None = None


@dataclass(frozen=True, slots=True)
class ConfidentialLifted(Payload):
    kind = EventKind.CONFIDENTIAL_LIFTED
    note: int


@dataclass(frozen=True, slots=True)
class ContactLinked(Payload):
    kind = EventKind.CONTACT_LINKED
    contact: int
    purpose: str
