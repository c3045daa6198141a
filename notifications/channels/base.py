"""What every channel has to say about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from notifications.models import Notice, NoticeState, SuppressionReason
from notifications.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who took the words, and the id under which that one tells later what became of them."""

    relay: str = ""
    provider_id: str = ""


Send = Callable[[Notice, Rendered, datetime], Receipt]


class Failure(Exception):
    """The words were not taken. ``relay`` is who was asked, ``verdict`` what it means for the address if it lasts."""

    def __init__(self, message: str, *, relay: str = "", verdict: SuppressionReason | None = None) -> None:
        super().__init__(message)
        self.relay = relay
        self.verdict = verdict


class PermanentFailure(Failure):
    """The words will never be taken for this person. Everything else that goes wrong is worth another try."""


class TemporaryFailure(Failure):
    """The words may be taken later."""


class AccountFailure(TemporaryFailure):
    """Nothing of ours is taken until an administrator puts that right: login, credit, what the account may do."""


class NotNow(Exception):
    """Nobody was asked: as many went out as may in this span of time. The next begins at ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class Channel:
    """``contact`` is the participant's field that it needs; without ``send`` a person does the telling."""

    contact: str
    ends_in: NoticeState
    send: Send | None = None
