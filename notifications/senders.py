"""From whom the mails of a case come. The rooms above know the mailboxes, and tell here."""

from collections.abc import Callable
from dataclasses import dataclass

from cases.models import Case


@dataclass(frozen=True, slots=True)
class Sender:
    """The mailbox that a case is answered from, and what it says of itself in a confirmation: always, and while the
    office is closed."""

    address: str
    name: str
    signature: str
    language: str
    auto_reply: str = ""
    closed_reply: str = ""


_Lookup = Callable[[Case], Sender | None]
_lookups: list[_Lookup] = []


def provide(lookup: _Lookup) -> None:
    """Have the sender of a case asked from ``lookup``; the last one that was provided is asked."""
    _lookups[:] = [lookup]


def sender_of(case: Case) -> Sender | None:
    """The mailbox that the case is answered from; None where it came by no mailbox of its own."""
    return _lookups[0](case) if _lookups else None
