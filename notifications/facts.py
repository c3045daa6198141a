"""What a notice has to tell, read from the event and its case. The words come later (``rendering``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from cases.deadlines import promised_date
from cases.keys import phone_pin
from cases.models import (
    REOPEN_DAYS,
    Audience,
    Case,
    CaseEvent,
    CaseParticipant,
    EventKind,
    Message,
    ParticipantRole,
)
from cases.queries.reasons import route_reason
from cases.queries.together import opened_beside
from notifications.links import privacy_url, reply_mark, tracking_url, wishes_url
from notifications.models import Notice, NoticeChannel, NoticeKind
from notifications.senders import Sender, sender_of
from routing.models import Category, Department, Kind
from routing.services import working_hours


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of our people, told as they were written."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the templates may say; dates are the city's days."""

    reference: str
    kind: str
    channel: str
    language: str
    written_on: date
    recipient: str
    postal_address: str
    tracking_url: str
    wishes_url: str
    pin: str
    is_reporter: bool
    is_merged: bool
    may_reopen: bool
    survivor: str
    outcome: str
    waiting_for: str
    department: str
    is_handed_over: bool
    route_reason: str
    promised_for: date | None
    answer_by: date | None
    # The question is a call to complete in a matter of law.
    warns: bool
    planned_for: date | None
    # Of a new deadline: the day that she was told before, the one that holds now, and of what matter it is.
    told_before: date | None
    new_day: date | None
    matter: str
    reopen_until: date
    ended_on: date
    quote: Quote | None
    city: str
    city_phone: str
    privacy_url: str
    # Of the mailbox that the case came to; empty where it came by none, or the mailbox has none of its own.
    sender_name: str
    signature: str
    # What the mailbox adds to a confirmation, in its own language.
    mailbox_words: tuple[Quote, ...] = ()
    # Of a mail to several departments, of which each has a case: the department of this one, and what the other cases
    # are called.
    written_to: str = ""
    other_cases: str = ""
    # Hidden in the page of a mail that may be answered; no words say it.
    reply_mark: str = ""

    @property
    def is_mail(self) -> bool:
        return self.channel == NoticeChannel.EMAIL

    @property
    def is_sms(self) -> bool:
        return self.channel == NoticeChannel.SMS

    @property
    def is_call(self) -> bool:
        return self.channel == NoticeChannel.PHONE

    @property
    def is_letter(self) -> bool:
        return self.channel == NoticeChannel.LETTER

    @property
    def is_question(self) -> bool:
        """The notice that says by itself how to answer."""
        return self.kind == NoticeKind.QUESTION

    @property
    def is_first(self) -> bool:
        """The confirmation: the notice that carries PIN and privacy clause."""
        return self.kind == NoticeKind.RECEIVED


def read_facts(notice: Notice, at: datetime) -> Facts:
    """The facts of a notice in the reader's language (of the active translation). The reference and the link
    are the participant's own, also where the event is one of the case that hers was merged into."""
    event, participant = notice.event, notice.participant
    case, payload = event.case, event.payload
    passed = _passing_event(notice)
    sender = sender_of(participant.case)
    today, has_left = timezone.localdate(at), participant.detached_at is not None
    others = _others_of_hers(participant) if notice.kind == NoticeKind.RECEIVED else []
    return Facts(
        reference=participant.case.reference,
        kind=notice.kind,
        channel=notice.channel,
        language=notice.spoken_language,
        written_on=today,
        recipient=participant.name,
        postal_address=participant.postal_address,
        tracking_url="" if has_left else tracking_url(participant),
        wishes_url="" if has_left else wishes_url(participant),
        pin=phone_pin(participant),
        is_reporter=participant.role == ParticipantRole.REPORTER,
        is_merged=participant.case_id != case.pk,
        may_reopen=participant.speaks and participant.case_id == case.pk,
        survivor=_survivor(payload.get("into") or payload.get("was_into")),
        outcome=payload.get("outcome", ""),
        waiting_for=case.waiting_for,
        department=_department_name(passed),
        is_handed_over=passed is not None and passed.kind == EventKind.REASSIGNED,
        route_reason=_route_reason(notice, passed),
        promised_for=promised_date(case),
        answer_by=_day(payload.get("answer_by")),
        warns=bool(payload.get("warns")),
        planned_for=_day(payload.get("date")),
        told_before=_day(payload.get("was_told")),
        new_day=_day(payload.get("told")),
        matter=_matter(payload) if notice.kind == NoticeKind.NEW_DAY else "",
        # Counted as Case.may_reopen counts it.
        reopen_until=timezone.localdate(event.occurred_at) + timedelta(days=REOPEN_DAYS),
        ended_on=timezone.localdate(event.occurred_at),
        quote=_quote(event),
        city=settings.CITY_NAME,
        city_phone=settings.CITY_PHONE,
        privacy_url=privacy_url(),
        sender_name=sender.name if sender else "",
        signature=sender.signature if sender else "",
        mailbox_words=_mailbox_words(sender, at) if notice.kind == NoticeKind.RECEIVED and sender else (),
        written_to=case.addressed_to.name if others and case.addressed_to else "",
        other_cases=", ".join(map(_with_department, others)),
        reply_mark="" if has_left else reply_mark(participant, on=today),
    )


def _mailbox_words(sender: Sender, at: datetime) -> tuple[Quote, ...]:
    texts = [sender.auto_reply]
    if sender.closed_reply and not working_hours(None).is_open_at(at):
        texts.append(sender.closed_reply)
    return tuple(Quote(text.strip(), sender.language) for text in texts if text.strip())


def _others_of_hers(participant: CaseParticipant) -> list[Case]:
    """The cases of other departments that the same mail of hers opened."""
    if not participant.email:
        return []
    hers = opened_beside(participant.case).filter(participants__email__iexact=participant.email)
    return list(hers.select_related("addressed_to").distinct())


def _with_department(case: Case) -> str:
    return f"{case.reference} ({case.addressed_to.name})" if case.addressed_to else case.reference


def _passing_event(notice: Notice) -> CaseEvent | None:
    """The event that names the department: the notice's own, or the last one folded into it."""
    if notice.kind == NoticeKind.PASSED_ON:
        return notice.event
    passed = notice.folded.filter(kind=NoticeKind.PASSED_ON)
    folded = passed.select_related("event").order_by("event_id").last()
    return folded.event if folded else None


def _route_reason(notice: Notice, passed: CaseEvent | None) -> str:
    """Why the machine passed the case on; empty when the notice is about something else or a person decided."""
    if passed is None or passed.kind != EventKind.ROUTED:
        return ""
    return route_reason(notice.participant)


def _department_name(passed: CaseEvent | None) -> str:
    if passed is None:
        return ""
    department = Department.objects.filter(code=passed.payload["department"]).first()
    return department.name if department else ""


def _matter(payload: Mapping[str, Any]) -> str:
    """What the case was found to be: in law, or else its topic. Empty while a dispatcher has not decided."""
    kind = Kind(payload["case_kind"])
    if kind.is_legal:
        return str(kind.label) if payload["told"] else ""
    category = Category.objects.filter(code=payload["category"]).first()
    return category.name if category else ""


def _quote(event: CaseEvent) -> Quote | None:
    """The words of ours that the event brought. Notes among colleagues and the report itself never are."""
    if event.kind == EventKind.RECEIVED:
        return None
    ours = Message.objects.filter(
        case_id=event.case_id, audience=Audience.RESIDENT, author_user__isnull=False
    )
    row = ours.filter(pk=event.payload.get("message")).first()
    # The name of the body that we wait for stands in the first sentence already.
    is_named = (
        event.kind == EventKind.WAITING_OTHER and row is not None and row.body == event.case.waiting_for
    )
    return Quote(row.body, row.language) if row and not is_named else None


def _survivor(case_id: int | None) -> str:
    case = Case.objects.filter(pk=case_id).first() if case_id else None
    return case.reference if case else ""


def _day(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None
