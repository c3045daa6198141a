"""What the events record that mails bring, as ``cases.payloads`` does for all others: ids and codes only."""

from dataclasses import dataclass

from cases.models import EventKind
from cases.payloads import Payload


@dataclass(frozen=True, slots=True)
class MailWaits(Payload):
    """A mail names the case, and who wrote it has no part in it; ``message`` is the note that says so."""

    kind = EventKind.MAIL_WAITS
    message: int


@dataclass(frozen=True, slots=True)
class MailJoined(Payload):
    kind = EventKind.MAIL_JOINED
    message: int
    participant: int


@dataclass(frozen=True, slots=True)
class MailApart(Payload):
    """The mail that waited beside the case opened the case ``into``."""

    kind = EventKind.MAIL_APART
    into: int


@dataclass(frozen=True, slots=True)
class MailAllowed(Payload):
    kind = EventKind.MAIL_ALLOWED
    participants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AutoReplied(Payload):
    kind = EventKind.AUTO_REPLIED
    message: int


@dataclass(frozen=True, slots=True)
class LoopStopped(Payload):
    """So many automatic mails came in a row that none goes out to the participant any more."""

    kind = EventKind.LOOP_STOPPED
    participant: int


@dataclass(frozen=True, slots=True)
class NotDelivered(Payload):
    """``failure`` and ``status`` are codes; ``is_final``: nobody tries any more. ``source`` is what said so: a report's
    mail, a provider's news, or the hand-over itself.
    """

    kind = EventKind.NOT_DELIVERED
    notice: int
    participant: int
    failure: str
    status: str
    is_final: bool
    source: str


@dataclass(frozen=True, slots=True)
class Displayed(Payload):
    kind = EventKind.DISPLAYED
    notice: int
    participant: int


@dataclass(frozen=True, slots=True)
class MessageMoved(Payload):
    """On the case that the words left."""

    kind = EventKind.MESSAGE_MOVED
    message: int
    into: int


@dataclass(frozen=True, slots=True)
class MessageCame(Payload):
    """On the case where the words are now."""

    kind = EventKind.MESSAGE_CAME
    message: int
    was_into: int
