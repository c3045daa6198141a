"""Channels where a person of the contact centre tells: by calling back, or by printing a letter.

The rendered words stay with the notice until somebody says that it is done.
"""

from typing import Final

from notifications.channels.base import Channel
from notifications.models import NoticeState

CALL_BACK: Final = Channel(contact="phone", ends_in=NoticeState.CALL_BACK_DUE)
LETTER: Final = Channel(contact="postal_address", ends_in=NoticeState.LETTER_DUE)
