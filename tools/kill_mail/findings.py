"""What the rows and the maildir say of a mail: how far it had come when its process died, and how it ended."""

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Attachment, Case, CaseEvent, EventKind, EventWork, Message
from cases.models.message import MAIL_KEY
from contact_centre.intake import store
from contact_centre.intake.models import RawMessage, RawState
from notifications.links import bounce_address, reply_address
from notifications.models import Attempt, AttemptResult, Notice, NoticeState
from notifications.services import CONSUMER
from tools.kill_mail.errands import STATES, Errand, Person

STAGES: Final = (
    "not reached", "received", "parsed", "case", "planned", "claimed", "handed over", "recorded",
)  # fmt: skip
LOST, DUPLICATED, UNRECORDED = "lost", "duplicated", "unrecorded"


@dataclass(frozen=True, slots=True)
class Findings:
    """``faults`` are pairs of a kind and what is wrong; ``hand_overs`` counts those of the notice of this mail."""

    faults: list[tuple[str, str]] = field(default_factory=list)
    hand_overs: int = 0
    person: Person | None = None


def stage(errand: Errand, mail_dir: Path) -> str:
    """How far the mail had come."""
    row = RawMessage.objects.filter(sha256=errand.digest).first()
    if row is None:
        return "not reached"
    if not _effects(errand):
        return "parsed" if row.state == RawState.PARSED else "received"
    notice = _notices(errand).first()
    if notice is None:
        return "case" if errand.opens_a_case or not _is_done(row) else "recorded"
    if notice.state == NoticeState.CLAIMED:
        return "handed over" if message_ids(mail_dir) else "claimed"
    return "planned" if notice.state == NoticeState.PLANNED else "recorded"


def examine(errand: Errand, mail_dir: Path) -> Findings:
    """Everything that is wrong with what became of the mail, once all is quiet."""
    ids = message_ids(mail_dir)
    faults = [
        *_faults_of_the_mail(errand),
        *_faults_of_the_effect(errand),
        *_faults_of_the_notice(errand, ids),
    ]
    return Findings(faults, len(ids), _person(errand))


def message_ids(mail_dir: Path) -> list[str]:
    """Of the mails that were handed over."""
    if not mail_dir.exists():
        return []
    return [str(message["Message-ID"]) for message in mailbox.Maildir(mail_dir)]


def _faults_of_the_mail(errand: Errand) -> Iterator[tuple[str, str]]:
    rows = list(RawMessage.objects.filter(sha256=errand.digest))
    if not rows:
        yield LOST, "no row"
    for row in rows:
        if row.state != STATES[errand.kind]:
            yield LOST, f"the mail is {row.state} {row.reason} {row.error}"
        if store.read(row) != errand.stored:
            yield LOST, "other bytes are kept"
    if len(rows) > 1:
        yield DUPLICATED, f"{len(rows)} rows"


def _faults_of_the_effect(errand: Errand) -> Iterator[tuple[str, str]]:
    """One case, one message, one file, one event."""
    counts = {"effect": _effects(errand), "event": _events(errand)}
    if errand.opens_a_case:
        counts["case"] = Case.objects.filter(participants__email=errand.sender).count()
    if errand.kind == "photo":
        counts["file"] = Attachment.objects.filter(message__source_key=_key(errand)).count()
    for name, count in counts.items():
        if count != 1:
            yield (DUPLICATED if count else LOST), f"{name}: {count}"


def _faults_of_the_notice(errand: Errand, ids: list[str]) -> Iterator[tuple[str, str]]:
    notices = list(_notices(errand))
    if len(notices) != errand.opens_a_case:
        yield (DUPLICATED if notices else LOST), f"{len(notices)} notices"
    known = {notice.message_id for notice in notices}
    if others := set(ids) - known:
        yield DUPLICATED, f"mails with other ids: {others}"
    for notice in notices:
        taken = Attempt.objects.filter(notice=notice, result=AttemptResult.HANDED_OVER).count()
        if notice.message_id not in ids:
            yield LOST, f"notice {notice.pk} is {notice.state} and was never handed over"
        elif notice.state != NoticeState.SENT or taken != 1:
            yield UNRECORDED, f"notice {notice.pk} is {notice.state} after {taken} hand-overs written down"


def _effects(errand: Errand) -> int:
    """How often the mail did what it is for: a message on a case, or a failure written on a notice."""
    if errand.about is not None and errand.kind == "bounce":
        failed = Attempt.objects.filter(notice=errand.about.notice_id, result=AttemptResult.PERMANENT)
        return failed.filter(notice__state=NoticeState.UNDELIVERED).count()
    return Message.objects.filter(source_key=_key(errand)).count()


def _events(errand: Errand) -> int:
    if errand.about is not None and errand.kind == "bounce":
        kind, payload = EventKind.NOT_DELIVERED, {"payload__notice": errand.about.notice_id}
    else:
        kind = EventKind.RECEIVED if errand.opens_a_case else EventKind.RESIDENT_REPLIED
        message = Message.objects.filter(source_key=_key(errand)).first()
        payload = {"payload__message": message.pk if message else 0}
    return CaseEvent.objects.filter(kind=kind, **payload).count()


def _notices(errand: Errand) -> QuerySet[Notice]:
    """Those to whoever opened a case: nobody else wrote from her address."""
    if not errand.opens_a_case:
        return Notice.objects.none()
    return Notice.objects.filter(participant__email=errand.sender).order_by("id")


def _is_done(row: RawMessage) -> bool:
    work = EventWork.objects.filter(consumer=CONSUMER, event__case=row.case_id)
    return row.is_settled and not work.exists()


def _person(errand: Errand) -> Person | None:
    notice = _notices(errand).first()
    if notice is None:
        return None
    reply_to = reply_address(notice.participant, on=timezone.localdate())
    return Person(errand.sender, reply_to, bounce_address(notice.pk), notice.pk)


def _key(errand: Errand) -> str:
    return f"{MAIL_KEY}{errand.digest}"
