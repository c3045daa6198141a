"""What the fetching needs of a server, whatever protocol it speaks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class NotFetched(Exception):
    """The server did not give one mail: the others are not concerned."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the server tells of a mail without giving it: its size, and when the server got it, where it says so."""

    size: int
    came_at: datetime | None = None


class Folder(Protocol):
    """The place at the server where the mails of a mailbox lie. A UID names one mail in it, from run to run.

    Every method raises OSError or an error of its protocol when the connection is over.
    """

    @property
    def uid_validity(self) -> int:
        """Another one means that the server names its mails anew."""

    @property
    def place(self) -> str:
        """Where the names of the mails count, within the mailbox."""

    @property
    def empties(self) -> bool:
        """Whether mails leave the folder once they are recorded."""

    @property
    def at_stake(self) -> int:
        """How many mails that were put away would lie there again if the connection broke now."""

    def uids(self) -> list[str]:
        """All mails that are there, the oldest first."""

    def doubtful(self, recorded: Collection[str]) -> list[str]:
        """The recorded mails that must be read once more before they may be put away."""

    def outsides(self, uids: Sequence[str]) -> dict[str, Outside]:
        """Size and time of each mail that is still there."""

    def mail(self, uid: str) -> bytes:
        """The bytes of a mail. Raises NotFetched."""

    def header(self, uid: str) -> bytes:
        """The header of a mail. Raises NotFetched."""

    def name(self, uid: str, raw: bytes, *, is_recorded: bool) -> str:
        """Under which name a mail is recorded, for ever: its UID where it has none yet and that is enough."""

    def put_away(self, uids: Sequence[str]) -> None:
        """Do with recorded mails what the mailbox wants: mark, move or delete them."""
