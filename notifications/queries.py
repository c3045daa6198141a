"""Reads of the outbox for the desk, restricted to the cases that the reader may see."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import pgettext_lazy

from cases.access import NoAccess, visible_cases
from cases.actors import Actor
from notifications.links import reveal
from notifications.models import FOR_A_PERSON, WAITING, Notice, NoticeQuerySet, NoticeState
from routing.models import User


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


def get_notice_for_staff(user: User, notice_id: int) -> Notice:
    """One notice; raises NoAccess."""
    notice = notices_for_staff(user).filter(pk=notice_id).first()
    if notice is None:
        raise NoAccess(str(notice_id))
    return notice


def words_to_pass_on(notice: Notice) -> str:
    """What a person says or prints, with the resident's link and PIN. Elsewhere show ``notice.body``."""
    return reveal(notice.body, notice.participant) if notice.waits_for_a_person else notice.body
