"""Words of a person that came by mail: added to her case, or opening one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings

from cases.actors import resident
from cases.files import ACCEPTED_TYPES, StoredFile
from cases.models import Case, Channel, ContactChannel, Message
from cases.queries.together import key_for
from cases.services.conversation import record_reply
from cases.services.intake import Report, Reporter, open_case
from cases.states import OPEN, WAITING
from contact_centre.intake.identity import is_of_staff
from contact_centre.intake.mail import attachments, forwarded
from contact_centre.intake.mail.authentication import Verdict
from contact_centre.intake.mail.forwarded import Forwarded
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.subject import without_marks
from contact_centre.intake.mail.threading import Thread, without_reference
from contact_centre.intake.mail.types import Machine, ParsedMail
from contact_centre.intake.models import RawMessage, RawState, Reason
from contact_centre.intake.openers import DAY, MAX_CASES, Arrival, opened_by, opened_lately
from contact_centre.intake.subjects import is_other_subject
from routing.models import Department

# Mails without a sender come from everybody at once: so many times what one address may open.
_NAMELESS: Final = 4
# What the agent should know of a mail, kept with its defects and told in a note on the case.
UNVERIFIED, WEAK, SUBJECT_CHANGED = "unverified", "weak_identity", "subject_changed"
_TOLD: Final = (Reason.REQUEST, Reason.STRANGER, Reason.AFTER_END, Reason.STAFF_FORWARD)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``flags`` say what is odd; ``comment`` is what one of us wrote above a mail that she passed on."""

    state: RawState
    reason: Reason
    case: Case
    message: Message
    flags: tuple[str, ...] = ()
    comment: str = ""
    # The first words of the further cases that the mail opened.
    further: tuple[Message, ...] = ()


def add_reply(arrival: Arrival, thread: Thread, *, at: datetime) -> Outcome:
    """Add the words to the participant's case. Raises what the services raise."""
    assert thread.writer is not None, "only a participant's words are added"
    kept, left = attachments.keep(arrival.mail.files)
    sender = sender_of(arrival) if thread.is_for_another else None
    message = _reply(arrival, thread.writer.pk, kept, at, sender)
    flags = [*left, *([SUBJECT_CHANGED] if is_other_subject(arrival.mail.subject, thread.case) else [])]
    return Outcome(RawState.CASE_UPDATED, Reason.REPLY, message.case, message, tuple(flags))


def open_for(arrival: Arrival, thread: Thread | None, *, at: datetime) -> Outcome:
    """Open a case for whoever wrote; ``thread`` is a case that the mail names without a right to it, or one of hers
    that ended long ago."""
    original = _passed_on(arrival)
    if original is not None:
        return _open(arrival, original, Reason.STAFF_FORWARD, at)
    done = _done_before(arrival)
    if done is not None and done.case.source_key != arrival.source_key:
        is_reply = thread is not None and thread.writer is not None
        return Outcome(RawState.CASE_UPDATED, Reason.REPLY if is_reply else Reason.COLLECTED, done.case, done)
    lately = opened_lately(arrival)
    collecting = _collecting(arrival, lately) if done is None else None
    if collecting is not None:
        kept, left = attachments.keep(arrival.mail.files)
        message = _reply(arrival, collecting, kept, at)
        return Outcome(RawState.CASE_UPDATED, Reason.COLLECTED, message.case, message, tuple(left))
    reason = _reason(arrival, lately)
    if thread is not None and reason is Reason.REQUEST:
        reason = Reason.STRANGER if thread.writer is None else Reason.AFTER_END
    ended = thread.case if thread is not None and thread.writer is not None else None
    opened = _open(arrival, None, reason, at, continues=ended)
    if arrival.who.writer is None:
        return replace(opened, state=RawState.QUARANTINED, reason=Reason.NO_SENDER)
    return opened


def open_beside(arrival: Arrival, reason: Reason, *, at: datetime) -> Outcome | None:
    """Open the cases of the further departments alone, which only a copy of a mail was addressed to; ``reason`` is why
    the mail opened its first. None where the copy does not show what that was for."""
    original = _passed_on(arrival)
    if (original is not None) is not (reason is Reason.STAFF_FORWARD):
        return None
    kept, left = attachments.keep(arrival.mail.files)
    reports = _for_each(_report(arrival, original, reason, kept), arrival.further)
    return _opened(reports, reason, left, original, at)


def _done_before(arrival: Arrival) -> Message | None:
    """The words as an earlier try of this mail kept them: whatever limits say by now, they belong to their case."""
    if not arrival.is_again:
        return None
    return Message.objects.filter(source_key=arrival.source_key).select_related("case").first()


def _open(
    arrival: Arrival, original: Forwarded | None, reason: Reason, at: datetime, continues: Case | None = None
) -> Outcome:
    kept, left = attachments.keep(arrival.mail.files)
    report = _report(arrival, original, reason, kept, continues)
    # What goes on where one case ended is one matter.
    further = () if continues else _for_each(report, arrival.further)
    return _opened((report, *further), reason, left, original, at)


def _report(
    arrival: Arrival,
    original: Forwarded | None,
    reason: Reason,
    kept: list[StoredFile],
    continues: Case | None = None,
) -> Report:
    mail = arrival.mail
    subject = original.subject if original else without_reference(without_marks(mail.subject))
    words = original.text if original else mail.reply
    return Report(
        source_key=arrival.source_key,
        channel=Channel.EMAIL,
        description=words or subject or mail.subject or ("" if _shows(kept) else _file_names(mail)),
        subject=subject,
        received_at=arrival.received_at,
        full_text=mail.text,
        reporter=_reporter(arrival, original, reason),
        files=kept,
        addressed_to=arrival.department,
        continues_id=continues.pk if continues else None,
    )


def _for_each(report: Report, departments: Iterable[Department]) -> Iterator[Report]:
    """The same report for every further department, each with a key of its own."""
    for one in departments:
        yield replace(report, source_key=key_for(report.source_key, one.pk), addressed_to=one)


def _opened(
    reports: Iterable[Report], reason: Reason, left: list[str], original: Forwarded | None, at: datetime
) -> Outcome:
    first, *further = (_first_words(one, at) for one in reports)
    comment = original.comment if original else ""
    return Outcome(RawState.CASE_CREATED, reason, first.case, first, tuple(left), comment, tuple(further))


def _first_words(report: Report, at: datetime) -> Message:
    """The message with which its case begins, now or at an earlier try."""
    case = open_case(report, by=resident(None), at=at)
    return case.new_message or Message.objects.select_related("case").get(source_key=report.source_key)


def _reply(
    arrival: Arrival,
    participant_id: int,
    kept: list[StoredFile],
    at: datetime,
    sender: Reporter | None = None,
) -> Message:
    mail = arrival.mail
    return record_reply(
        participant_id=participant_id,
        body=mail.reply or ("" if _shows(kept) else mail.subject or _file_names(mail)),
        channel=Channel.EMAIL,
        source_key=arrival.source_key,
        at=at,
        files=kept,
        full_body=mail.text,
        sender=sender,
    )


def sender_of(arrival: Arrival) -> Reporter:
    """Who writes for another of her organisation; nothing is sent to her by itself."""
    writer = arrival.who.writer
    assert writer is not None, "nobody writes for another without an address"
    return Reporter(name=writer.name, email=writer.address, wishes=ContactChannel.NONE)


def _reporter(arrival: Arrival, original: Forwarded | None, reason: Reason) -> Reporter:
    """Who is told of the case: nobody where a machine, or somebody else, may have written."""
    writer = original.writer if original else arrival.who.writer
    if writer is None:
        return Reporter(wishes=ContactChannel.NONE)
    may_be_told = reason in _TOLD and not arrival.is_quiet
    wishes = None if may_be_told else ContactChannel.NONE
    return Reporter(name=writer.name, email=writer.address, wishes=wishes)


def _reason(arrival: Arrival, lately: list[datetime]) -> Reason:
    if arrival.who.is_unverified:
        return Reason.UNVERIFIED
    if arrival.mail.machine is not Machine.NO:
        return Reason.MACHINE_MAIL
    for span, limit in MAX_CASES:
        if sum(one > arrival.received_at - span for one in lately) >= limit:
            return Reason.TOO_MANY
    return Reason.REQUEST


def _collecting(arrival: Arrival, lately: list[datetime]) -> int | None:
    """The participant to whose case further mails of this day are added, once she opened so many; None before.

    Nothing is swallowed: the words stand on a case that asks for a person, with the day on which they came, and can be
    made a case of their own.
    """
    if not arrival.sender or len(lately) < settings.MAIL_MAX_CASES_PER_DAY:
        return None
    # What a program sends must not wake a case that waits for the person.
    taking = OPEN if arrival.mail.machine is Machine.NO else [one for one in OPEN if one not in WAITING]
    opened = opened_by(arrival).filter(case__status__in=taking).select_related("case")
    last = opened.order_by("-received_at", "-id").first()
    if last is None or last.case is None:
        return None
    people = last.case.participants.filter(detached_at__isnull=True).order_by("id")
    return people.values_list("pk", flat=True).first()


def is_colleagues(arrival: Arrival) -> bool:
    """Whether one of us, proved to be her, wrote it herself: on a case that it names it is no resident's request."""
    return _is_proved_staff(arrival) and _passed_on(arrival) is None


def is_flooded(arrival: Arrival) -> bool:
    """Whether so many mails without a sender opened cases today that further ones wait without a case.

    Nobody could be told of a case that collects them, and everybody could fill it.
    """
    if arrival.who.writer is not None or _done_before(arrival) is not None:
        return False
    rows = RawMessage.objects.filter(
        sender="", state=RawState.QUARANTINED, reason=Reason.NO_SENDER, case__isnull=False
    )
    lately = rows.filter(received_at__gt=arrival.received_at - DAY, received_at__lte=arrival.received_at)
    return lately.count() >= _NAMELESS * int(settings.MAIL_MAX_CASES_PER_DAY)


def _passed_on(arrival: Arrival) -> Forwarded | None:
    """The mail behind one that a person of ours, proved to be her, passed on to us."""
    mail = arrival.mail
    if not (settings.MAIL_STAFF_FORWARDS and _is_proved_staff(arrival)):
        return None
    for file in mail.files:
        if forwarded.is_enclosed(file.media_type, mail.subject):
            inner = parse(file.data)
            if inner.sender is not None and inner.text:
                return Forwarded(inner.sender, without_marks(inner.subject), inner.text, mail.text)
    return forwarded.in_text(mail.text)


def _is_proved_staff(arrival: Arrival) -> bool:
    return arrival.who.verdict is Verdict.PASS and is_of_staff(arrival.mail)


def _shows(kept: list[StoredFile]) -> bool:
    """Whether there is a picture or document that speaks for itself."""
    return any(file.media_type in ACCEPTED_TYPES for file in kept)


def _file_names(mail: ParsedMail) -> str:
    return ", ".join(file.name or file.media_type for file in mail.files)
