"""What becomes of mails that machines wrote: failures, complaints, receipts and automatic replies.

None of them opens a case, none is answered, and each is written on whatever it is about.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cases.models import Case, Message
from cases.services.mails import call_for_person, record_auto_reply, report_loop
from contact_centre.intake.mail import address, letters
from contact_centre.intake.mail import bounces as reports
from contact_centre.intake.mail.envelope import return_path
from contact_centre.intake.mail.threading import Thread
from contact_centre.intake.mail.types import DeliveryReport, Failure, Machine, ParsedMail, Undelivered
from contact_centre.intake.models import Evidence, RawState, Reason
from contact_centre.web.system_notes import Remark, as_body
from notifications import bounces, counters
from notifications.links import read_bounce_address
from notifications.models import Notice

_RECORDED: Final = {
    Machine.BOUNCE: (RawState.BOUNCE_RECORDED, Reason.BOUNCE),
    Machine.READ_RECEIPT: (RawState.REPORT_RECORDED, Reason.READ_RECEIPT),
    Machine.FEEDBACK_REPORT: (RawState.REPORT_RECORDED, Reason.FEEDBACK_REPORT),
}
# Fields of the reports themselves: of a receipt the mail that was read, of a complaint whom it is from.
_ORIGINAL_ID: Final = re.compile(r"^original-message-id:\s*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_OUR_ID: Final = re.compile(r"^message-id:\s*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_COMPLAINER: Final = re.compile(
    r"^(?:original-rcpt-to|removal-recipient|original-recipient|to):\s*(.{3,300})$",
    re.IGNORECASE | re.MULTILINE,
)
_REPORTS: Final = (
    "message/feedback-report",
    "message/disposition-notification",
    "message/rfc822",
    "text/rfc822-headers",
)
# A program sent the words, and a person may have written them: she alone must say.
BY_PROGRAM: Final = "by_program"
_SEARCHED: Final = 50_000
_LIST_FIELDS: Final = ("List-Id", "List-Post", "List-Unsubscribe", "List-Subscribe", "Mailing-List")
_SHOWN: Final = "displayed"


@dataclass(frozen=True, slots=True)
class Record:
    """Where a machine's mail ended, and which case it is about."""

    state: RawState
    reason: Reason
    evidence: Evidence | str = ""
    case: Case | None = None
    message: Message | None = None


def returned(mail: ParsedMail) -> ParsedMail:
    """The mail, taken for what the return address of one of our mails makes of it.

    Failures come there, and answers of machines (RFC 3834). What the very person writes from whom nothing else comes
    is an answer; what a machine sends there, or a letter in the words of a mail server, tells of a failure. What bears
    no sign of either was written by somebody, if from another address of hers, and goes the way of every mail.
    """
    if mail.machine not in (Machine.NO, Machine.OTHER) or not _came_back(mail):
        return mail
    report = reports.from_letter(mail.text)
    if mail.machine is Machine.NO and not _tells_of_a_failure(mail, report):
        return mail
    notice = bounces.notice_of_return_address(mail.recipients)
    if notice is None or mail.sender is None or address.key(notice.participant.email) != mail.sender.key:
        return replace(mail, machine=Machine.BOUNCE, report=report)
    return replace(mail, machine=Machine.AUTO_REPLY) if mail.machine is Machine.OTHER else mail


def record(mail: ParsedMail, digest: str, *, at: datetime) -> Record | None:
    """Write down what a report tells; None for any mail that is none. Safe to repeat."""
    if mail.machine not in _RECORDED:
        return None
    state, reason = _RECORDED[mail.machine]
    if mail.machine is Machine.BOUNCE:
        evidence, notice = _record_bounce(mail, digest, at)
    elif mail.machine is Machine.FEEDBACK_REPORT:
        evidence, notice = _record_complaint(mail, at)
    else:
        evidence, notice = _record_receipt(mail, at)
    return Record(state, reason, evidence if notice else "", notice.event.case if notice else None)


def record_answer(mail: ParsedMail, thread: Thread | None, source_key: str, *, at: datetime) -> Record:
    """Keep an automatic reply on the case of the participant whose machine wrote it, for colleagues alone."""
    if thread is None or thread.writer is None:
        return Record(RawState.AUTO_REPLY_RECORDED, Reason.AUTO_REPLY, thread.evidence if thread else "")
    participant = thread.writer
    body = mail.reply or mail.text or mail.subject
    message = record_auto_reply(participant_id=participant.pk, body=body, source_key=source_key, at=at)
    if counters.note_answer(participant=participant, source_key=source_key, at=at) >= counters.IN_A_ROW:
        report_loop(participant_id=participant.pk, at=at)
    return Record(RawState.AUTO_REPLY_RECORDED, Reason.AUTO_REPLY, thread.evidence, message.case, message)


def is_automatic(mail: ParsedMail) -> bool:
    """Whether a program sent the mail by itself, as far as its marks say. A list passes on what people write, unless
    the mail bears one of a program's own marks too."""
    if mail.machine is not Machine.OTHER:
        return mail.machine is not Machine.NO
    if not any(mail.envelope.values(name) for name in _LIST_FIELDS):
        return True
    return (
        is_auto_submitted(mail)
        or has_null_path(mail)
        or mail.envelope.first("X-Auto-Response-Suppress") is not None
    )


def is_auto_submitted(mail: ParsedMail) -> bool:
    """Whether the mail says that no person sent it (RFC 3834)."""
    said = mail.envelope.first("Auto-Submitted") or "no"
    return re.split(r"[;\s(]", said.lower())[0] != "no"


def has_null_path(mail: ParsedMail) -> bool:
    """Whether nobody may be told that the mail did not arrive: no program of a person sends so."""
    return return_path(mail.envelope) == ""


def record_words(mail: ParsedMail, thread: Thread, source_key: str, *, at: datetime) -> Record:
    """Keep what a program sent from a participant's address as an automatic reply is kept: it moves nothing.

    A person may have written it by a ticket system or a form, so the row says MACHINE_MAIL, not AUTO_REPLY.
    """
    done = record_answer(mail, thread, source_key, at=at)
    return replace(done, reason=Reason.MACHINE_MAIL)


def _record_bounce(mail: ParsedMail, digest: str, at: datetime) -> tuple[Evidence, Notice | None]:
    """Each recipient that the report names is one piece of news; a report that names none is about the addressee."""
    found: tuple[Evidence, Notice | None] = (Evidence.RETURN_ADDRESS, None)
    for one in _failures(mail.report):
        evidence, notice = _notice_of(mail, one.address, at)
        news = bounces.News(
            one.address,
            one.failure,
            one.status,
            one.words,
            one.is_final,
            source=f"mail:{digest}:{one.address}"[:300],
            # Anybody can send a report that knows no more than an address: it stops nothing.
            is_proved=evidence is not Evidence.RECENT_MAIL,
        )
        if notice is not None and one.failure is not Failure.NONE:
            bounces.record_not_delivered(notice_id=notice.pk, news=news, at=at)
        found = (evidence, notice) if notice is not None else found
    return found


def _came_back(mail: ParsedMail) -> bool:
    return any(read_bounce_address(one) is not None for one in mail.recipients)


def _tells_of_a_failure(mail: ParsedMail, report: DeliveryReport) -> bool:
    """Whether a mail server speaks, by one of its sentences or by a status code."""
    return letters.is_one(mail.text[:_SEARCHED]) or any(one.status for one in report.recipients)


def _failures(report: DeliveryReport) -> Iterable[Undelivered]:
    return report.recipients or (Undelivered("", Failure.REFUSED, is_final=True),)


def _notice_of(mail: ParsedMail, failed: str, at: datetime) -> tuple[Evidence, Notice | None]:
    """By the address that it came back to, by the mail that it encloses, by whom we wrote to lately."""
    notice = bounces.notice_of_return_address(mail.recipients)
    if notice is not None:
        return Evidence.RETURN_ADDRESS, notice
    notice = bounces.notice_of_message_id((*mail.report.message_ids, *mail.in_reply_to, *mail.references))
    if notice is not None:
        return Evidence.ENCLOSED_MAIL, notice
    return Evidence.RECENT_MAIL, bounces.last_notice_to(failed, at=at) if failed else None


def _record_complaint(mail: ParsedMail, at: datetime) -> tuple[Evidence, Notice | None]:
    notice = bounces.notice_of_message_id(tuple(_OUR_ID.findall(_enclosed(mail))))
    if notice is not None:
        bounces.record_complaint(address=notice.participant.email, source=f"notice:{notice.pk}", at=at)
        return Evidence.ENCLOSED_MAIL, notice
    for value in _COMPLAINER.findall(_enclosed(mail)):
        box = address.read(value)
        # Anybody can send such a report: one that proves nothing stops nothing, and a person looks at it.
        notice = bounces.last_notice_to(box.key, at=at) if box else None
        if notice is not None:
            body, key = as_body([(Remark.COMPLAINT, "")]), f"complaint:{notice.pk}"
            call_for_person(case_id=notice.event.case_id, body=body, source_key=key, at=at)
            return Evidence.RECENT_MAIL, notice
    return Evidence.RECENT_MAIL, None


def _record_receipt(mail: ParsedMail, at: datetime) -> tuple[Evidence, Notice | None]:
    ids = (*_ORIGINAL_ID.findall(_enclosed(mail)), *mail.in_reply_to, *mail.references)
    notice = bounces.notice_of_message_id(ids)
    if notice is not None and _SHOWN in _enclosed(mail).lower():
        bounces.record_displayed(notice_id=notice.pk, at=at)
    return Evidence.ENCLOSED_MAIL, notice


def _enclosed(mail: ParsedMail) -> str:
    """The parts of a report as text."""
    data = b"\n".join(file.data[:_SEARCHED] for file in mail.files if file.media_type in _REPORTS)
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
