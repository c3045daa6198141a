"""What becomes of a mail that was read: the first rule that fits decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from cases.actors import resident
from cases.files import StoredFile
from cases.models import Case, Channel, ContactChannel, Message
from cases.models.message import MAIL_KEY
from cases.services.conversation import record_reply
from cases.services.intake import Report, Reporter, open_case
from contact_centre.intake.addresses import addressed_mailbox
from contact_centre.intake.mail import address, attachments, threading
from contact_centre.intake.mail.subject import without_marks
from contact_centre.intake.mail.threading import Thread
from contact_centre.intake.mail.types import Machine, ParsedMail
from contact_centre.intake.models import RawChannel, RawMessage, RawState, Reason
from notifications.links import read_message_id

MAX_HOPS: Final = 50
# So many cases from one address get a confirmation; a loop without any mark of a machine ends here.
MAX_CASES: Final = ((timedelta(hours=1), 10), (timedelta(days=1), 25))
_RECORDED: Final = {
    Machine.BOUNCE: (RawState.BOUNCE_RECORDED, Reason.BOUNCE),
    Machine.READ_RECEIPT: (RawState.REPORT_RECORDED, Reason.READ_RECEIPT),
    Machine.FEEDBACK_REPORT: (RawState.REPORT_RECORDED, Reason.FEEDBACK_REPORT),
}
# A later mail with the same id and words is the copy, unless the earlier one failed.
_DONE: Final = (RawState.CASE_CREATED, RawState.CASE_UPDATED, RawState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Fate:
    """The final state of a raw message, why, and what came of it."""

    state: RawState
    reason: Reason
    thread: Thread | None = None
    case: Case | None = None
    message: Message | None = None
    defects: tuple[str, ...] = ()

    @property
    def suggested(self) -> Case | None:
        """The case that a stranger's mail names."""
        return self.thread.case if self.thread and self.thread.writer is None else None


def settle(row: RawMessage, mail: ParsedMail, *, at: datetime) -> Fate:
    """Do what the mail asks for. Safe to repeat: a case or reply is known by the digest of the mail.

    Raises what the services raise.
    """
    ended = _without_a_case(row, mail)
    if ended is not None:
        return ended
    thread = threading.find(mail, on=timezone.localdate(at))
    if mail.machine is Machine.AUTO_REPLY:
        case = thread.case if thread and thread.writer else None
        return Fate(RawState.AUTO_REPLY_RECORDED, Reason.AUTO_REPLY, thread, case)
    if not (mail.text or mail.subject or mail.files):
        return Fate(RawState.QUARANTINED, Reason.EMPTY, thread)
    kept, left = attachments.keep(mail.files)
    if thread is not None and thread.writer is not None:
        return _reply(row, mail, thread, thread.writer.pk, kept, left, at)
    return _open(row, mail, thread, kept, left, at)


def raw_message_of(message: Message) -> RawMessage | None:
    """The mail that a message of a case was read from; None for a message that is no mail."""
    if not message.is_mail:
        return None
    digest = str(message.source_key).removeprefix(MAIL_KEY)
    return RawMessage.objects.filter(channel=RawChannel.MAIL, sha256=digest).first()


def is_reused_id(row: RawMessage) -> bool:
    """Whether another mail with other words has the same Message-ID."""
    same = RawMessage.objects.filter(message_id=row.message_id).exclude(pk=row.pk)
    return same.exclude(content_digest__in=("", row.content_digest)).exists()


def _without_a_case(row: RawMessage, mail: ParsedMail) -> Fate | None:
    if _is_duplicate(row):
        return Fate(RawState.IGNORED, Reason.DUPLICATE)
    if _is_ours(mail):
        return Fate(RawState.IGNORED, Reason.OWN_MAIL)
    if mail.hops > MAX_HOPS:
        return Fate(RawState.IGNORED, Reason.LOOP)
    recorded = _RECORDED.get(mail.machine)
    return Fate(*recorded) if recorded else None


def _is_duplicate(row: RawMessage) -> bool:
    same = RawMessage.objects.filter(
        channel=row.channel, message_id=row.message_id, content_digest=row.content_digest
    )
    earlier = Q(pk__lt=row.pk) & ~Q(state__in=(RawState.FAILED, RawState.RECEIVED))
    return same.exclude(pk=row.pk).filter(earlier | Q(state__in=_DONE)).exists()


def _is_ours(mail: ParsedMail) -> bool:
    if mail.message_id and read_message_id(mail.message_id) is not None:
        return True
    sender = mail.sender.key if mail.sender else ""
    return sender == address.key(settings.DEFAULT_FROM_EMAIL) or threading.is_reply_address(sender)


def _reply(
    row: RawMessage,
    mail: ParsedMail,
    thread: Thread,
    writer_id: int,
    kept: list[StoredFile],
    left: list[str],
    at: datetime,
) -> Fate:
    words = mail.reply or ("" if kept else mail.subject or _file_names(mail))
    message = record_reply(
        participant_id=writer_id,
        body=words,
        channel=Channel.EMAIL,
        source_key=_source_key(row),
        at=at,
        files=kept,
    )
    return Fate(RawState.CASE_UPDATED, Reason.REPLY, thread, message.case, message, tuple(left))


def _open(
    row: RawMessage,
    mail: ParsedMail,
    thread: Thread | None,
    kept: list[StoredFile],
    left: list[str],
    at: datetime,
) -> Fate:
    subject = without_marks(mail.subject)
    mailbox = addressed_mailbox(row, mail.recipients)
    report = Report(
        source_key=_source_key(row),
        channel=Channel.EMAIL,
        description=mail.text or subject or mail.subject or ("" if kept else _file_names(mail)),
        subject=subject,
        received_at=row.received_at,
        reporter=_reporter(row, mail),
        files=kept,
        addressed_to=mailbox.department if mailbox else None,
    )
    case = open_case(report, by=resident(None), at=at)
    message = Message.objects.get(source_key=report.source_key)
    if mail.sender is None:
        return Fate(RawState.QUARANTINED, Reason.NO_SENDER, thread, case, message, tuple(left))
    reason = Reason.STRANGER if thread else _reason(row, mail)
    return Fate(RawState.CASE_CREATED, reason, thread, case, message, tuple(left))


def _reporter(row: RawMessage, mail: ParsedMail) -> Reporter:
    """Who is told of the case: nobody when a machine wrote."""
    if mail.sender is None:
        return Reporter(wishes=ContactChannel.NONE)
    wishes = None if _reason(row, mail) is Reason.REQUEST else ContactChannel.NONE
    return Reporter(name=mail.sender.name, email=mail.sender.address, wishes=wishes)


def _reason(row: RawMessage, mail: ParsedMail) -> Reason:
    if mail.machine is not Machine.NO:
        return Reason.MACHINE_MAIL
    opened = RawMessage.objects.filter(sender=row.sender, state=RawState.CASE_CREATED).exclude(pk=row.pk)
    for span, limit in MAX_CASES:
        recent = opened.filter(received_at__gt=row.received_at - span, received_at__lte=row.received_at)
        if recent.count() >= limit:
            return Reason.TOO_MANY
    return Reason.REQUEST


def _file_names(mail: ParsedMail) -> str:
    return ", ".join(file.name or file.media_type for file in mail.files)


def _source_key(row: RawMessage) -> str:
    return f"{MAIL_KEY}{row.sha256}"
