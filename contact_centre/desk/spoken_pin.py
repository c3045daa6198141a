"""That a caller said the right PIN, sealed: what she says is hers then, and belongs to her case, also where the person
who logs the call may not see it."""

from django.core import signing

from cases.models import CaseParticipant
from cases.queries.contacts import caller_after_pin
from routing.models import User

_SALT = "desk.spoken-pin"
# As long as a call may take.
_SECONDS = 3600
LENGTH = 200


def seal_pin(participant: CaseParticipant, user: User) -> str:
    """For a hidden field of the form in which this person logs the call."""
    return signing.dumps([user.pk, participant.pk, participant.key_version], salt=_SALT)


def caller_of(text: str, user: User) -> CaseParticipant | None:
    """Who said her PIN to this person; None when the seal is missing, old, or another's, or the PIN no longer holds."""
    try:
        owner, participant_id, key_version = signing.loads(text, salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    return caller_after_pin(participant_id, key_version) if owner == user.pk else None
