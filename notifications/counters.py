"""How many automatic mails an address gets. Counted in the database, by nothing that a mail says of itself: a machine
that hides every mark of one is stopped all the same.

What a person of ours wrote or decided is no automatic mail and is never held back.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from django.db.models import Max

from cases.actors import ActorKind
from cases.models import CaseParticipant, Message, MessagePurpose
from notifications.addresses import address_key
from notifications.models import AutomaticMail, Notice, NoticeChannel, NoticeKind

# What a mail alone may set off: the answer to it, and what the machine decides on it.
_BY_MAIL: Final = (NoticeKind.RECEIVED, NoticeKind.PASSED_ON)
PER_CASE: Final = ((timedelta(hours=1), 3), (timedelta(days=1), 10))
PER_ADDRESS: Final = ((timedelta(hours=1), 10), (timedelta(days=1), 25))
IN_A_ROW: Final = 3
KEPT: Final = timedelta(days=90)


def counted_as(address: str) -> str:
    """The address without the part behind a plus sign."""
    local, _, domain = address_key(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


class Held(Enum):
    """Why an automatic mail stays back."""

    MACHINE = "a machine answers ours, one after the other"
    MANY = "so many went to the address that a machine may be answering, or somebody sends them there"


def is_automatic(kind: str, actor: str) -> bool:
    """Whether the notice goes out although nobody of ours has done anything; ``actor`` is the kind of who has."""
    return kind in _BY_MAIL or actor != ActorKind.STAFF


def held_back(
    *, kind: str, actor: str, channel: str, participant: CaseParticipant, at: datetime
) -> Held | None:
    """Why one more automatic mail may not go out to the participant now; None where it may. Anything else always
    may."""
    if channel != NoticeChannel.EMAIL or not is_automatic(kind, actor):
        return None
    if kind in _BY_MAIL and in_a_row(participant) >= IN_A_ROW:
        return Held.MACHINE
    return None if _is_within(participant, at) else Held.MANY


def _is_within(participant: CaseParticipant, at: datetime) -> bool:
    mine = AutomaticMail.objects.filter(address=counted_as(participant.email), notice__isnull=False)
    on_case = mine.filter(case_id=participant.case_id)
    is_within = all(mine.filter(at__gt=at - span).count() < most for span, most in PER_ADDRESS)
    return is_within and all(on_case.filter(at__gt=at - span).count() < most for span, most in PER_CASE)


def note_sent(notice: Notice, at: datetime) -> None:
    """Count a notice that goes out as an automatic mail; a repeat counts once."""
    if notice.channel != NoticeChannel.EMAIL or not is_automatic(notice.kind, notice.event.actor_kind):
        return
    participant = notice.participant
    AutomaticMail.objects.get_or_create(
        notice=notice,
        defaults={"address": counted_as(participant.email), "case_id": participant.case_id, "at": at},
    )


def note_answer(*, participant: CaseParticipant, source_key: str, at: datetime) -> int:
    """Count an automatic mail that came in on a case; returns how many came in a row by now."""
    AutomaticMail.objects.get_or_create(
        source_key=source_key,
        defaults={"address": counted_as(participant.email), "case_id": participant.case_id, "at": at},
    )
    return in_a_row(participant)


def in_a_row(participant: CaseParticipant) -> int:
    """How many automatic mails came on the participant's case since a person wrote there."""
    people = Message.objects.filter(case_id=participant.case_id, author_participant=participant)
    last = people.exclude(purpose=MessagePurpose.AUTO_REPLY).aggregate(at=Max("created_at"))["at"]
    came = AutomaticMail.objects.filter(
        case_id=participant.case_id, address=counted_as(participant.email), notice__isnull=True
    )
    return came.filter(at__gte=last).count() if last else came.count()


def forget_old(at: datetime) -> int:
    """Delete what no limit counts any more."""
    return AutomaticMail.objects.filter(at__lt=at - KEPT).delete()[0]
