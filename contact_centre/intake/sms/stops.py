"""Texts that say nothing but "stop": whoever writes one hears by text message only what she must be told."""

from datetime import datetime
from typing import Final

from cases.models import CaseParticipant, ContactChannel, ParticipantRole
from cases.services.wishes import choose_wishes
from notifications.subscriptions import stop_following

# In our three languages, and the words on which Twilio itself stops
# (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out).
_WORDS: Final = frozenset(
    {
        "stop", "koniec", "стоп", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout",
    }
)  # fmt: skip
_AROUND: Final = " \t\r\n.,!?\"'„”«»()"


def says_stop(words: str) -> bool:
    """Whether the words are one of these and nothing else, however they are written."""
    return " ".join(words.strip(_AROUND).casefold().split()) in _WORDS


def stop(people: list[CaseParticipant], *, at: datetime) -> None:
    """Leave them what must be told, and nothing of what they only follow. The same again changes nothing."""
    for person in people:
        if person.channel != ContactChannel.SMS:
            continue
        if person.role == ParticipantRole.FOLLOWER:
            stop_following(participant_id=person.pk, at=at)
            continue
        choose_wishes(
            participant_id=person.pk,
            language=person.language,
            channel=person.channel,
            only_compulsory=True,
            at=at,
        )
