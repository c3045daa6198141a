"""Who only follows a case may stop that at any time, by one click and without a login."""

import contextlib
from datetime import datetime

from cases.actors import resident
from cases.models import CaseParticipant, ParticipantRole
from cases.services.endings import CannotWithdraw, withdraw_case


class NoSubscription(Exception):
    """The person is party to the case: notices are not a subscription that could end."""


def stop_following(*, participant_id: int, at: datetime) -> CaseParticipant:
    """The follower leaves the case, and hears no more of it. Once is enough: a repeat changes nothing.

    Raises NoSubscription for anybody who is more than a follower.
    """
    participant = CaseParticipant.objects.select_related("case").get(pk=participant_id)
    if participant.role != ParticipantRole.FOLLOWER:
        raise NoSubscription(participant_id)
    if participant.detached_at is None:
        # Of a case that has ended there is nothing more to hear.
        with contextlib.suppress(CannotWithdraw):
            by = resident(participant.pk)
            withdraw_case(case_id=participant.case_id, reason="", by=by, at=at)
        participant.refresh_from_db(fields=["detached_at"])
    return participant
