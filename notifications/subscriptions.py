"""Who only follows a case may stop that at any time, by one click and without a login."""

from datetime import datetime

from cases.models import CaseParticipant
from cases.services.wishes import CannotChoose, leave_case


class NoSubscription(Exception):
    """The person is party to the case: notices are not a subscription that could end."""


def stop_following(*, participant_id: int, at: datetime) -> CaseParticipant:
    """The follower leaves the case, and hears no more of it. Once is enough: a repeat changes nothing.

    Raises NoSubscription for anybody who is more than a follower.
    """
    try:
        return leave_case(participant_id=participant_id, at=at)
    except CannotChoose as error:
        raise NoSubscription(participant_id) from error
