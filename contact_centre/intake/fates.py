"""What becomes of a mail that was read: the first rule that fits decides. ``docs/mail.md`` tells all of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone

from cases.models import Case, Message
from cases.models.message import MAIL_KEY
from cases.queries.together import mail_key_of, opened_by_mail
from contact_centre.intake import ended, machine_mail, openers, opening, senders, signatures
from contact_centre.intake.addresses import addressed_mailbox, departments_mailboxes, fetched_from
from contact_centre.intake.copies import standing_for
from contact_centre.intake.identity import (
    Identity,
    behind,
    claims_to_be_us,
    identity_of,
    is_gateway,
    is_signed_address,
    own_recipients,
    writes_as_us,
)
from contact_centre.intake.mail import threading
from contact_centre.intake.mail.authentication import Verdict
from contact_centre.intake.mail.threading import Thread
from contact_centre.intake.mail.types import Machine, ParsedMail
from contact_centre.intake.models import (
    Mailbox,
    RawChannel,
    RawMessage,
    RawState,
    Reason,
    RuleAction,
    SenderRule,
)
from contact_centre.intake.spam import is_called_spam
from notifications.links import is_own_loop_id, read_message_id
from notifications.suppression import unsuppress
from routing.models import Department

MAX_HOPS: Final = 50
_COPY: Final = (RawState.IGNORED, Reason.DUPLICATE)
# Of a mail that became a case by itself, and nobody's answer.
_OPENING: Final = (
    Reason.REQUEST, Reason.STRANGER, Reason.STAFF_FORWARD, Reason.MACHINE_MAIL, Reason.TOO_MANY, Reason.UNVERIFIED,
    Reason.NO_SENDER,
)  # fmt: skip
_HEARD: Final = (RawState.CASE_CREATED, RawState.CASE_UPDATED, RawState.AUTO_REPLY_RECORDED)


@dataclass(frozen=True, slots=True)
class Fate:
    """The final state of a raw message, why, and what came of it. ``flags`` join the defects of the mail; ``mailbox``
    is whose address was among its recipients, where that was asked; ``further`` are the first words of the cases that
    it opened beside ``case``."""

    state: RawState
    reason: Reason
    evidence: str = ""
    case: Case | None = None
    message: Message | None = None
    suggested: Case | None = None
    flags: tuple[str, ...] = ()
    comment: str = ""
    mailbox: Mailbox | None = None
    further: tuple[Message, ...] = ()


def settle(row: RawMessage, mail: ParsedMail, *, at: datetime, is_again: bool = False) -> Fate:
    """Do what the mail asks for. Safe to repeat: a case or reply is known by the digest of the mail. ``is_again``: an
    earlier try came so far that there may be one.

    Raises what the services raise.
    """
    mail, who, rule = _looked_at(row, machine_mail.returned(mail), at)
    fate = _without_a_case(row, mail, who, rule, at) or _on_a_case(
        row, mail, who, rule, at, is_again=is_again
    )
    if fate.state in _HEARD and who.writer is not None and not who.is_unverified:
        # Whoever writes can be written to.
        unsuppress(who.writer.key, at=at)
    return fate


def settle_copy(row: RawMessage, mail: ParsedMail, *, at: datetime, is_again: bool) -> Fate:
    """What becomes of a mail for which another row stands: nothing, unless that one opened a case, and the copy alone
    was addressed to a department that gets one too. Safe to repeat.

    Raises what the services raise.
    """
    first = standing_for(row) if settings.MAIL_CASE_PER_DEPARTMENT else None
    if first is None or first.reason not in _OPENING:
        return Fate(*_COPY)
    cases = list(opened_by_mail(source_key(first)).select_related("addressed_to"))
    if not cases or mail.machine not in (Machine.NO, Machine.OTHER):
        return Fate(*_COPY)
    known = cases[0]
    # Those that have a case need none, but for what an earlier try of this copy may have left undone.
    having = {known.addressed_to} if is_again else {one.addressed_to for one in cases}
    mine = (box.department for box in departments_mailboxes(row))
    further = tuple(one for one in mine if one is not None and one not in having)
    mail, who, rule = _looked_at(row, mail, at)
    if not further or _without_a_case(row, mail, who, rule, at) is not None:
        return Fate(*_COPY)
    arrival = openers.Arrival(
        mail,
        who,
        source_key(first),
        first.received_at,
        row.sender,
        is_quiet=_is_quiet(rule) or who.is_unverified or mail.machine is not Machine.NO,
        further=further,
    )
    done = opening.open_beside(arrival, Reason(first.reason), at=at)
    if done is None:
        return Fate(*_COPY)
    return Fate(*_COPY, flags=(*_flags(who), *done.flags), further=(done.message, *done.further))


def _looked_at(
    row: RawMessage, mail: ParsedMail, at: datetime
) -> tuple[ParsedMail, Identity, SenderRule | None]:
    """The mail as far as it is its sender's own, who that is, and what our rules say of her."""
    who = identity_of(mail)
    mail = signatures.fold_learned(mail, who.writer, row=row)
    rule = senders.rule_for(who.writer, mail.envelope, senders.queues_of(own_recipients(mail)), at=at)
    return mail, who, rule


def raw_message_of(message: Message) -> RawMessage | None:
    """The mail that a message of a case was read from; None for a message that is no mail."""
    if not message.is_mail:
        return None
    digest = mail_key_of(str(message.source_key)).removeprefix(MAIL_KEY)
    return RawMessage.objects.filter(channel=RawChannel.MAIL, sha256=digest).first()


def is_in_a_circle(mail: ParsedMail) -> bool:
    """Whether it went through too many servers, or bears the mark of our own mails."""
    return mail.hops > MAX_HOPS or any(map(is_own_loop_id, mail.envelope.values("X-Loop-Id")))


def _without_a_case(
    row: RawMessage, mail: ParsedMail, who: Identity, rule: SenderRule | None, at: datetime
) -> Fate | None:
    """Our own mails and those in a circle, what machines report, and whom we do not listen to."""
    if _is_ours(mail):
        return Fate(RawState.IGNORED, Reason.OWN_MAIL)
    if is_in_a_circle(mail):
        return Fate(RawState.IGNORED, Reason.LOOP)
    report = machine_mail.record(mail, row.sha256, at=at)
    if report is not None:
        return Fate(report.state, report.reason, report.evidence, report.case)
    if rule is not None and rule.action in (RuleAction.DROP, RuleAction.SPAM):
        flags = (f"rule:{rule.pk}",)
        if rule.action == RuleAction.DROP:
            return Fate(RawState.IGNORED, Reason.BLOCKED, flags=flags)
        return Fate(RawState.QUARANTINED, Reason.SPAM, flags=flags)
    if (rule is None or rule.action != RuleAction.ALLOW) and is_called_spam(mail.envelope):
        return Fate(RawState.QUARANTINED, Reason.SPAM, flags=("spam_filter",))
    return _of_doubtful_origin(mail, who)


def _of_doubtful_origin(mail: ParsedMail, who: Identity) -> Fate | None:
    """What names one of us in From is for a person, unless it is proved or says who stands behind it."""
    if is_gateway(mail) or not claims_to_be_us(mail):
        return None
    if writes_as_us(mail):
        if who.is_weak and not who.is_unverified:
            return None
        # Proved or not: a case of which the writer is a mailbox of ours would be answered to ourselves.
        is_proved = who.verdict is Verdict.PASS
        return Fate(RawState.QUARANTINED, Reason.OWN_MAIL if is_proved else Reason.FORGED)
    return None if who.verdict is Verdict.PASS else Fate(RawState.QUARANTINED, Reason.FORGED)


def _on_a_case(
    row: RawMessage, mail: ParsedMail, who: Identity, rule: SenderRule | None, at: datetime, *, is_again: bool
) -> Fate:
    is_answer = mail.machine is Machine.AUTO_REPLY
    writer = who.writer if who.may_join else None
    organisation = _organisation(mail, who, at)
    thread = threading.find(
        mail,
        writer,
        on=timezone.localdate(at),
        is_machine=is_answer,
        organisation=organisation.pattern if organisation else "",
    )
    if is_answer:
        done = machine_mail.record_answer(mail, thread, source_key(row), at=at)
        return Fate(done.state, done.reason, done.evidence, done.case, done.message)
    if thread is not None and thread.writer is not None and machine_mail.is_automatic(mail):
        done = machine_mail.record_words(mail, thread, source_key(row), at=at)
        flags = () if machine_mail.has_null_path(mail) else (machine_mail.BY_PROGRAM,)
        return Fate(done.state, done.reason, done.evidence, done.case, done.message, flags=flags)
    if not (mail.text or mail.subject or mail.files):
        return Fate(RawState.QUARANTINED, Reason.EMPTY, thread.evidence if thread else "")
    named, mailbox, further = _mailboxes(row, mail)
    arrival = openers.Arrival(
        mail,
        who,
        source_key(row),
        row.received_at,
        row.sender,
        is_quiet=_is_quiet(rule),
        is_again=is_again,
        department=mailbox.department if mailbox else None,
        further=further,
    )
    fate = replace(_by_thread(arrival, thread, at), mailbox=named)
    if organisation is None or fate.evidence not in threading.OF_ORGANISATION.values():
        return fate
    return replace(fate, flags=(*fate.flags, f"rule:{organisation.pk}"))


def _organisation(mail: ParsedMail, who: Identity, at: datetime) -> SenderRule | None:
    """The rule by which the writer counts like others of her domain: where a person wrote, who is none of us, and our
    mail server found that she wrote from there."""
    is_proved = who.verdict is Verdict.PASS and who.may_join
    if who.writer is None or not is_proved or machine_mail.is_automatic(mail) or claims_to_be_us(mail):
        return None
    return senders.organisation_of(who.writer, at=at)


def _mailboxes(
    row: RawMessage, mail: ParsedMail
) -> tuple[Mailbox | None, Mailbox | None, tuple[Department, ...]]:
    """The mailbox that the addresses name, the one that the mail is for, and the departments beside its own that get a
    case too."""
    if not settings.MAIL_CASE_PER_DEPARTMENT:
        named = addressed_mailbox(mail.recipients)
        return named, named or fetched_from(row), ()
    boxes = departments_mailboxes(row)
    first = boxes[0] if boxes else None
    named = first if addressed_mailbox(mail.recipients) else None
    return named, first, tuple(box.department for box in boxes[1:] if box.department)


def _by_thread(arrival: openers.Arrival, thread: Thread | None, at: datetime) -> Fate:
    """Words of somebody who may be heard: on the case that she has a part in, waiting, or on a case of their own."""
    who = arrival.who
    if thread is not None and thread.writer is not None:
        thread = ended.going_on(arrival, thread, on=timezone.localdate(at))
        if not ended.is_over(thread, on=timezone.localdate(at)):
            return _told(opening.add_reply(arrival, thread, at=at), thread)
    elif thread is not None and (thread.evidence in threading.WAITING or opening.is_colleagues(arrival)):
        return Fate(
            RawState.QUARANTINED, Reason.WAITS, thread.evidence, suggested=thread.case, flags=_flags(who)
        )
    if opening.is_flooded(arrival):
        return Fate(RawState.QUARANTINED, Reason.NO_SENDER)
    return _told(opening.open_for(arrival, thread, at=at), thread, _flags(who))


def _told(done: opening.Outcome, thread: Thread | None, flags: tuple[str, ...] = ()) -> Fate:
    is_beside = thread is not None and (thread.writer is None or done.case.parent_id == thread.case.pk)
    return Fate(
        done.state,
        done.reason,
        thread.evidence if thread else "",
        done.case,
        done.message,
        thread.case if thread is not None and is_beside else None,
        (*flags, *done.flags),
        done.comment,
        further=done.further,
    )


def _flags(who: Identity) -> tuple[str, ...]:
    flags = ((opening.UNVERIFIED, who.is_unverified), (opening.WEAK, who.is_weak))
    return tuple(flag for flag, holds in flags if holds)


def _is_quiet(rule: SenderRule | None) -> bool:
    return rule is not None and rule.action == RuleAction.NO_AUTO_REPLY


def _is_ours(mail: ParsedMail) -> bool:
    if mail.message_id and read_message_id(mail.message_id) is not None:
        return True
    if mail.sender is None or is_gateway(mail):
        return False
    # A form of the city may say that it is a program, and who filled it in.
    is_programs = machine_mail.is_auto_submitted(mail) and behind(mail) is None
    return is_signed_address(mail.sender.key) or (writes_as_us(mail) and is_programs)


def source_key(row: RawMessage) -> str:
    """Under which key a case or a message knows the mail that it came from."""
    return f"{MAIL_KEY}{row.sha256}"
