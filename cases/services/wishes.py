"""How a participant wants to hear from us: her own choice, at any time and without a login."""

from datetime import datetime

from django.db import transaction

from cases.actors import resident
from cases.models import Case, CaseParticipant, ParticipantRole
from cases.payloads import Detached, WishesChanged
from cases.services._steps import Refused, save
from cases.timeline import record_event
from routing.models.loaded import LANGUAGES


class CannotChoose(Refused):
    """We do not speak the language, she gave no details for the channel, or she has left the case."""


@transaction.atomic(durable=True)
def choose_wishes(
    *, participant_id: int, language: str, channel: str, only_compulsory: bool, at: datetime
) -> CaseParticipant:
    """Keep what she chose; the case itself stays as it is. The same choice again leaves no trace.

    Raises CannotChoose.
    """
    case = Case.objects.lock(CaseParticipant.objects.values_list("case_id", flat=True).get(pk=participant_id))
    participant = CaseParticipant.objects.get(pk=participant_id)
    is_possible = channel in (*participant.channels, participant.channel)
    if language not in LANGUAGES or not is_possible or participant.detached_at is not None:
        raise CannotChoose(case.reference)
    before = (participant.language, participant.channel, participant.only_compulsory)
    if before == (language, channel, only_compulsory):
        return participant
    participant.language, participant.channel = language, channel
    participant.only_compulsory = only_compulsory
    participant.save(update_fields=["language", "channel", "only_compulsory"])
    changed = WishesChanged(participant.pk, language, channel, only_compulsory)
    record_event(case, changed, by=resident(participant.pk), at=at)
    return participant


@transaction.atomic(durable=True)
def leave_case(*, participant_id: int, at: datetime) -> CaseParticipant:
    """A follower hears no more of the case, whatever its state: one that has ended may be opened again. Once is enough.

    Raises CannotChoose for anybody who is more than a follower.
    """
    case = Case.objects.lock(CaseParticipant.objects.values_list("case_id", flat=True).get(pk=participant_id))
    participant = CaseParticipant.objects.select_related("case").get(pk=participant_id)
    if participant.role != ParticipantRole.FOLLOWER:
        raise CannotChoose(case.reference)
    if participant.detached_at is None:
        participant.detached_at = at
        participant.save(update_fields=["detached_at"])
        save(case, at)
        record_event(case, Detached(participant.pk, None), by=resident(participant.pk), at=at)
    return participant
