"""Texts that say nothing but "stop": whoever writes one hears by text message only what she must be told."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from django.conf import settings

from cases.models import CaseParticipant, ContactChannel, ParticipantRole
from cases.services.wishes import CannotChoose, choose_wishes
from notifications.subscriptions import NoSubscription, stop_following
from routing.models.loaded import LANGUAGES

# In our three languages, and the words on which Twilio itself stops
# (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out).
_ALWAYS: Final = frozenset({"stop", "стоп", "stopall", "stop all", "unsubscribe", "optout"})
# These may as well be an answer: "Shall we go on, or cancel?"
_PERHAPS: Final = frozenset({"koniec", "cancel", "end", "quit", "revoke"})
_AROUND: Final = " \t\r\n.,!?\"'„”«»()"


def says_stop(words: str) -> bool:
    """Whether the words are one of these and nothing else, however they are written."""
    return _plain(words) in _ALWAYS | _PERHAPS


def may_answer(words: str) -> bool:
    """Whether the words that say stop can answer a question too."""
    return _plain(words) in _PERHAPS


def stop(people: list[CaseParticipant], *, at: datetime) -> None:
    """Leave them what must be told, and nothing of what they only follow. The same again changes nothing."""
    for person in people:
        if person.channel == ContactChannel.SMS:
            # Who leaves the case at this very moment needs no more, and keeps nobody else from it.
            with suppress(CannotChoose, NoSubscription):
                _stop_one(person, at)


def _stop_one(person: CaseParticipant, at: datetime) -> None:
    if person.role == ParticipantRole.FOLLOWER:
        stop_following(participant_id=person.pk, at=at)
        return
    choose_wishes(
        participant_id=person.pk,
        # Of whoever wrote no more than a word the language may not be known.
        language=person.language if person.language in LANGUAGES else settings.LANGUAGE_CODE,
        channel=person.channel,
        only_compulsory=True,
        at=at,
    )


def _plain(words: str) -> str:
    return " ".join(words.strip(_AROUND).casefold().split())
