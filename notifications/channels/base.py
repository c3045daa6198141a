"""What every channel has to say about itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from notifications.models import Notice, NoticeState
from notifications.rendering import Rendered

Send = Callable[[Notice, Rendered, datetime], None]


class PermanentFailure(Exception):
    """The words will never be taken for this person. Everything else that goes wrong is worth another try."""


@dataclass(frozen=True, slots=True)
class Channel:
    """``contact`` is the participant's field that it needs; without ``send`` a person does the telling."""

    contact: str
    ends_in: NoticeState
    send: Send | None = None
