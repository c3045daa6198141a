"""From an event to notices: who is told what, when and by which channel. Pure; the table is the whole policy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from cases.models import Channel, ContactChannel, EventKind
from cases.payloads import Classified
from cases.states import Outcome
from notifications.models import NoticeChannel, NoticeKind, Priority, SkipReason


class Reach(Enum):
    """Whom an event concerns."""

    # Words meant for one household (a question, a message) are not for people whose reports were merged in.
    CASE = "everybody on the case"
    CASE_AND_MERGED = "everybody on the case and on the cases merged into it"
    NAMED = "the participant in the payload, although she has left the case"


@dataclass(frozen=True, slots=True)
class Plan:
    """``waits``: held back a little for what may follow. ``folds``: told within a notice that still waits.
    ``by_mail``: asked for by e-mail, so answered by e-mail, whatever the person prefers otherwise.

    ``is_compulsory``: told to everybody who is party to the case, also to those who want to hear as little as they
    can: that we have it, what we ask or answer, and what ends it, opens it again or moves it to another number.
    The rest is progress, which a person may turn off. To somebody who only follows nothing is compulsory.
    """

    kind: NoticeKind
    reach: Reach
    is_compulsory: bool = True
    priority: Priority = Priority.NORMAL
    waits: bool = False
    folds: bool = False
    by_mail: bool = False


_FIRST = Priority.FIRST

TABLE: Mapping[str, Plan] = {
    EventKind.RECEIVED: Plan(NoticeKind.RECEIVED, Reach.CASE, waits=True, priority=_FIRST),
    EventKind.ROUTED: Plan(NoticeKind.PASSED_ON, Reach.CASE_AND_MERGED, is_compulsory=False, folds=True),
    EventKind.REASSIGNED: Plan(NoticeKind.PASSED_ON, Reach.CASE_AND_MERGED, is_compulsory=False, folds=True),
    EventKind.CLASSIFIED: Plan(NoticeKind.NEW_DAY, Reach.CASE_AND_MERGED, folds=True),
    EventKind.QUESTION_ASKED: Plan(NoticeKind.QUESTION, Reach.CASE, priority=_FIRST),
    EventKind.PLANNED: Plan(NoticeKind.PLANNED, Reach.CASE_AND_MERGED, is_compulsory=False),
    EventKind.WAITING_OTHER: Plan(NoticeKind.WAITING_OTHER, Reach.CASE_AND_MERGED, is_compulsory=False),
    EventKind.MESSAGE_SENT: Plan(NoticeKind.MESSAGE, Reach.CASE, priority=_FIRST),
    EventKind.RESOLVED: Plan(NoticeKind.RESOLVED, Reach.CASE_AND_MERGED),
    EventKind.REOPENED: Plan(NoticeKind.REOPENED, Reach.CASE_AND_MERGED),
    EventKind.MERGED: Plan(NoticeKind.MERGED, Reach.CASE),
    EventKind.UNMERGED: Plan(NoticeKind.UNMERGED, Reach.CASE),
    EventKind.WITHDRAWN: Plan(NoticeKind.WITHDRAWN, Reach.CASE),
    EventKind.DETACHED: Plan(NoticeKind.LEFT, Reach.NAMED),
    EventKind.LINK_REQUESTED: Plan(NoticeKind.LINK, Reach.NAMED, by_mail=True, priority=_FIRST),
}

_OURS = "work among ourselves: nothing changes for her"
_HERS = "she did it herself, and the page says so at once"
_SHOWN = "the page of the case shows it, and what comes next is told"
#: Why the other events are told to nobody.
SILENT: Mapping[str, str] = {
    EventKind.STARTED: "the page of the case shows it; who deals with it was told, and nothing is asked of her",
    EventKind.DAY_PASSED: "the page says that we are late; who deals with the case is called to it and names another "
    "day, which is told",
    EventKind.RESUMED: _SHOWN,
    EventKind.RETURNED: _SHOWN,
    EventKind.CLOSED: "the answer named the day until which she could open it again",
    EventKind.NOT_DELIVERED: "a person of ours is asked to tell her in another way",
    EventKind.MAIL_WAITS: "a person of ours decides first whose mail it is",
    **dict.fromkeys(
        (
            EventKind.RESIDENT_REPLIED,
            EventKind.MERGED_REPLY,
            EventKind.CONFIRMED,
            EventKind.WISHES_CHANGED,
            EventKind.DISPLAYED,
            EventKind.AUTO_REPLIED,
        ),
        _HERS,
    ),
    **dict.fromkeys(
        (
            EventKind.TRIAGED,
            EventKind.TAKEN,
            EventKind.ACKNOWLEDGED,
            EventKind.NOTE_ADDED,
            EventKind.EXCLUDED,
            EventKind.EXCLUSION_LIFTED,
            EventKind.MADE_CONFIDENTIAL,
            EventKind.CONFIDENTIAL_LIFTED,
            EventKind.CONTACT_LINKED,
            EventKind.LINK_REVOKED,
            EventKind.MAIL_JOINED,
            EventKind.MAIL_APART,
            EventKind.MAIL_ALLOWED,
            EventKind.LOOP_STOPPED,
            EventKind.MESSAGE_MOVED,
            EventKind.MESSAGE_CAME,
        ),
        _OURS,
    ),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as far as planning cares; ``is_merged``: she is on a case merged into the event's."""

    participant_id: int
    channel: str
    language: str
    is_merged: bool = False
    has_left: bool = False
    is_follower: bool = False
    only_compulsory: bool = False


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """With a ``skip_reason`` it is written for the record only: the person knows it already, or does not want it."""

    participant_id: int
    channel: NoticeChannel
    kind: NoticeKind
    language: str
    due_at: datetime
    priority: Priority = Priority.NORMAL
    skip_reason: SkipReason | None = None


def plan_for(kind: str, payload: Mapping[str, Any]) -> Plan | None:
    """What the event leads to; None when nobody is told (internal work, own replies, spam)."""
    if kind == EventKind.RESOLVED and payload["outcome"] == Outcome.SPAM:
        return None
    if kind == EventKind.CLASSIFIED and not Classified.takes_day_away(payload):
        return None
    return TABLE.get(kind)


def notices_for(
    plan: Plan, payload: Mapping[str, Any], people: Iterable[Person], *, at: datetime, hold: timedelta
) -> list[PlannedNotice]:
    """One notice for each person concerned who can be reached; ``hold`` is how long a waiting one is held back."""
    due_at = at + hold if plan.waits else at
    return [
        PlannedNotice(
            person.participant_id,
            channel,
            plan.kind,
            person.language,
            due_at,
            _priority(plan, person),
            _needless(plan, payload, person),
        )
        for person in people
        if (channel := _channel(plan, person)) and _concerns(plan.reach, payload, person)
    ]


def _channel(plan: Plan, person: Person) -> NoticeChannel | None:
    if plan.by_mail:
        return NoticeChannel.EMAIL
    return NoticeChannel(person.channel) if person.channel in NoticeChannel.values else None


def _priority(plan: Plan, person: Person) -> Priority:
    """Copies for information are in no hurry."""
    return Priority.LAST if person.is_follower or person.is_merged else plan.priority


def _needless(plan: Plan, payload: Mapping[str, Any], person: Person) -> SkipReason | None:
    if _was_told(plan, payload, person):
        return SkipReason.TOLD
    # Who has just asked for no more notices gets none to say so.
    has_stopped = plan.kind == NoticeKind.LEFT and person.is_follower
    is_progress = person.only_compulsory and not plan.is_compulsory
    return SkipReason.UNSUBSCRIBED if has_stopped or is_progress else None


def _was_told(plan: Plan, payload: Mapping[str, Any], person: Person) -> bool:
    """Whoever reported by phone or at the counter heard number and PIN then; nobody calls her back to say it again."""
    is_conversation = payload.get("channel") in (Channel.PHONE, Channel.COUNTER)
    return plan.kind == NoticeKind.RECEIVED and is_conversation and person.channel == ContactChannel.PHONE


def _concerns(reach: Reach, payload: Mapping[str, Any], person: Person) -> bool:
    if reach is Reach.NAMED:
        return bool(person.participant_id == payload["participant"])
    return not person.has_left and (reach is Reach.CASE_AND_MERGED or not person.is_merged)
