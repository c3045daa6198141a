"""Reads of the outbox for the desk, restricted to the cases that the reader may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import pgettext_lazy

from cases.access import NoAccess, visible_cases
from cases.actors import Actor
from cases.models import Case, CaseParticipant
from notifications.channels.sms.segments import Length, measure
from notifications.links import reveal
from notifications.models import (
    FOR_A_PERSON,
    WAITING,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeQuerySet,
    NoticeState,
    Suppression,
)
from notifications.suppression import reasons_against
from routing.models import User

_OF_A_CASE: Final = 30
# The sweep comes every few seconds, and a lease ends after two minutes.
_OVERDUE: Final = timedelta(minutes=15)


class Fate(models.TextChoices):
    """The shelves of the outbox."""

    TO_DO = "TO_DO", pgettext_lazy("outbox", "For a person")
    WAITING = "WAITING", pgettext_lazy("outbox", "Waiting")
    SENT = "SENT", pgettext_lazy("outbox", "Sent")
    DONE = "DONE", pgettext_lazy("outbox", "Told by a person")
    NOT_SENT = "NOT_SENT", pgettext_lazy("outbox", "Not sent separately")


STATES: dict[str, tuple[NoticeState, ...]] = {
    Fate.TO_DO: FOR_A_PERSON,
    Fate.WAITING: WAITING,
    Fate.SENT: (NoticeState.SENT,),
    Fate.DONE: (NoticeState.DONE_BY_PERSON,),
    Fate.NOT_SENT: (NoticeState.COALESCED, NoticeState.SKIPPED),
}


def notices_for_staff(user: User, fate: str = "", by: Actor | None = None) -> NoticeQuerySet:
    """The notices of all cases that the person may see, of one shelf where named; page with ``page_before``."""
    cases = visible_cases(user, by)
    # Words of the event's case, sent to a person of the participant's case: both have to be visible.
    # Asked of each notice: most readers may see most cases, and a list of those would cost more than the page.
    rows = Notice.objects.filter(
        Exists(cases.filter(pk=OuterRef("event__case_id"))),
        Exists(cases.filter(pk=OuterRef("participant__case_id"))),
    )
    rows = rows.select_related("event", "participant__case", "done_by", "into")
    return rows.filter(state__in=STATES[fate]) if fate else rows


def notices_of_case(user: User, case: Case, by: Actor | None = None) -> list[Notice]:
    """What the people of the case were told of it, the newest first; the last ones are enough."""
    rows = notices_for_staff(user, by=by).filter(participant__case=case)
    return list(rows.page_before(None, _OF_A_CASE))


def mail_stops(notices: Iterable[Notice], *, at: datetime) -> list[tuple[CaseParticipant, Suppression]]:
    """The people among those told by mail to whom no mail may be sent now, and why."""
    people = {row.participant.pk: row.participant for row in notices if row.channel == NoticeChannel.EMAIL}
    found = reasons_against((person.email for person in people.values()), at=at)
    return [(person, found[person.email]) for person in people.values() if person.email in found]


def dead_letters(user: User, by: Actor | None = None) -> NoticeQuerySet:
    """Notices that were tried until there was no sense in it: for no fault of theirs, so trying again may help."""
    rows = notices_for_staff(user, by=by)
    return rows.filter(state=NoticeState.FAILED, failure=FailureReason.GAVE_UP)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an administrator should look at."""

    dead_letters: int
    overdue: int

    def __bool__(self) -> bool:
        return self.dead_letters > 0 or self.overdue > 0


def outbox_trouble(at: datetime) -> Trouble:
    """Notices that nobody could hand over, and those that nobody even tries to although their time has come."""
    gave_up = Notice.objects.filter(state=NoticeState.FAILED, failure=FailureReason.GAVE_UP)
    late = Notice.objects.filter(state__in=WAITING, due_at__lt=at - _OVERDUE).after_confirmation()
    return Trouble(gave_up.count(), late.count())


def get_notice_for_staff(user: User, notice_id: int) -> Notice:
    """One notice; raises NoAccess."""
    notice = notices_for_staff(user).filter(pk=notice_id).first()
    if notice is None:
        raise NoAccess(str(notice_id))
    return notice


def length_of(notice: Notice) -> Length | None:
    """How long the text message is; None for what is none, or has no words yet."""
    if notice.channel != NoticeChannel.SMS or not notice.body:
        return None
    # The key in its link counts.
    return measure(reveal(notice.body, notice.participant).strip())


def words_to_pass_on(notice: Notice) -> str:
    """What a person says or prints, with the resident's link and PIN. Elsewhere show ``notice.body``."""
    return reveal(notice.body, notice.participant) if notice.waits_for_a_person else notice.body
