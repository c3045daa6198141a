"""What the fetching needs of a server, whatever it speaks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

#: How a server names a mail: by a number that rises (IMAP), or by a word (POP3).
Uid = int | str


class NotFetched(Exception):
    """The server did not give one mail: the others are not concerned."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the server tells of a mail without giving it: its size, and when the server got it, where it says so."""

    size: int
    came_at: datetime | None = None


class Folder(Protocol):
    """Where the mails of a mailbox lie. Every method raises OSError or an error of its protocol when the connection is
    over.
    """

    #: Another number means that the server names its mails anew.
    uid_validity: int

    @property
    def place(self) -> str:
        """Where the names of the mails count, within the mailbox."""

    @property
    def empties(self) -> bool:
        """Whether mails leave the folder once they are recorded."""

    def uids(self) -> list[Uid]:
        """All mails that are there, the oldest first."""

    def recorded(self, names: Collection[str]) -> set[Uid]:
        """Which mails need not be fetched, by the names of those that are recorded."""

    def outsides(self, uids: Sequence[Uid]) -> Mapping[Uid, Outside]:
        """Size and time of each mail that is still there."""

    def mail(self, uid: Uid) -> bytes:
        """The bytes of a mail. Raises NotFetched."""

    def header(self, uid: Uid) -> bytes:
        """The header of a mail. Raises NotFetched."""

    def name(self, uid: Uid, raw: bytes) -> str:
        """The name under which a mail is recorded, once for ever."""

    def put_away(self, uids: Sequence[Uid]) -> None:
        """Do with mails that are recorded what the mailbox wants: mark, move or delete them."""
