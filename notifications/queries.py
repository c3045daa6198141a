"""Reads of the outbox for the desk, restricted to the cases that the reader may see."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import pgettext_lazy

from cases.access import NoAccess, visible_cases
from cases.actors import Actor
from cases.models import Case, CaseParticipant
from notifications.channels.sms.segments import Length, measure
from notifications.links import reveal
from notifications.models import (
    FOR_A_PERSON,
    WAITING,
    Attempt,
    AttemptResult,
    FailureReason,
    Notice,
    NoticeChannel,
    NoticeQuerySet,
    NoticeState,
    SoftFailure,
    Suppression,
)
from notifications.outcomes import evidence_of
from notifications.rendering import render_call
from notifications.suppression import reasons_against
from routing.models import User

log = structlog.get_logger(__name__)
LETTERS_AT_ONCE: Final = 100
_OF_A_CASE: Final = 30
# The sweep comes every few seconds, and a lease ends after two minutes.
_OVERDUE: Final = timedelta(minutes=15)
# After so many attempts some minutes have passed (``delivery.back_off``).
_STRUGGLES: Final = 4
_LOOKED_AT: Final = 500
_SEVERAL: Final = 5
_REFUSED_WITHIN: Final = timedelta(days=1)
# A full mailbox, words that are put off: alone it is no trouble of the mail system.
_OF_ONE_PERSON: Final = ("SMTPRecipientsRefused", "SMTPDataError")


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


def waiting_letters(user: User, by: Actor | None = None) -> list[int]:
    """The letters to print next, the oldest first: as many as are printed at once."""
    rows = notices_for_staff(user, by=by).filter(state=NoticeState.LETTER_DUE)
    return list(rows.order_by("id").values_list("pk", flat=True)[:LETTERS_AT_ONCE])


def dead_letters(user: User, by: Actor | None = None) -> NoticeQuerySet:
    """Notices that ended for no fault of theirs, so trying again may help: tried for too long, or refused by a mail
    system that said nothing against the address."""
    rows = notices_for_staff(user, by=by).filter(state=NoticeState.FAILED)
    return rows.filter(Q(failure=FailureReason.GAVE_UP) | _refused_without_a_verdict())


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an administrator should look at. ``struggling`` counts by what is said, in the words of the mail system or
    the name of the error; nobody's address is among them."""

    dead_letters: int
    overdue: int
    refused: int
    struggling: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.dead_letters or self.overdue or self.refused or self.struggling)

    def __str__(self) -> str:
        said = [f"{self.dead_letters} dead letters", f"{self.overdue} overdue", f"{self.refused} refused"]
        return ", ".join(
            said + [f"{count} tried in vain: {error}" for error, count in self.struggling.items()]
        )


def outbox_trouble(at: datetime) -> Trouble:
    """Notices that nobody could hand over, those that are tried again and again, and those that nobody even tries to
    although their time has come."""
    failed = Notice.objects.filter(state=NoticeState.FAILED)
    gave_up = failed.filter(failure=FailureReason.GAVE_UP)
    refused = failed.filter(_refused_without_a_verdict(), ended_at__gt=at - _REFUSED_WITHIN).count()
    late = Notice.objects.filter(state__in=WAITING, due_at__lt=at - _OVERDUE).after_confirmation()
    # One that is refused is one person's matter; several are the mail system's.
    return Trouble(gave_up.count(), late.count(), refused if refused >= _SEVERAL else 0, _struggling())


def _refused_without_a_verdict() -> Q:
    """A mail that was refused at the hand-over, and the list of addresses has learnt nothing from it. Of a text message
    only the number or the words are refused for good.
    """
    named = Concat(Value(evidence_of("")), Cast(OuterRef("pk"), models.CharField()))
    learnt = Suppression.objects.filter(evidence=named, until__isnull=True)
    counted = SoftFailure.objects.filter(evidence=named)
    refused = Q(channel=NoticeChannel.EMAIL, failure=FailureReason.REFUSED)
    return refused & Q(~Exists(learnt), ~Exists(counted))


def _struggling() -> dict[str, int]:
    """What stands in the way of notices that were tried for some minutes, by error."""
    stuck = Notice.objects.filter(state=NoticeState.PLANNED, attempts__gte=_STRUGGLES)
    tried = Attempt.objects.filter(notice__in=stuck, result=AttemptResult.TEMPORARY)
    last = tried.order_by("-id").values_list("notice_id", "error")[:_LOOKED_AT]
    errors = dict(reversed(list(last)))
    found = Counter(error.partition(":")[0] for error in errors.values())
    return {error: n for error, n in found.items() if error not in _OF_ONE_PERSON or n >= _SEVERAL}


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


def words_to_pass_on(notice: Notice, at: datetime) -> str:
    """What a person says or prints, with the resident's link and PIN. Elsewhere show ``notice.body``.

    What failed before it was handed over has no words of its own: then those of a call.
    """
    if not notice.waits_for_a_person and not notice.may_be_printed(at):
        return notice.body
    return reveal(notice.body, notice.participant) if notice.body else _words_to_say(notice, at)


def _words_to_say(notice: Notice, at: datetime) -> str:
    try:
        return render_call(notice, at).text
    except Exception:
        # It may have failed for this very reason; the rest of its page is needed all the more.
        log.exception("notice_without_words", notice_id=notice.pk)
        return ""
