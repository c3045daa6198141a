"""A resident's text message: as it is stored, as it is read, and the case that it lands on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext

from cases.actors import SYSTEM_ACTOR, resident
from cases.models import Case, CaseParticipant, Channel, ContactChannel, Message, MessagePurpose
from cases.phones import to_e164
from cases.queries.merged import followed_cases
from cases.services.conversation import add_note, record_reply
from cases.services.intake import Report, Reporter, open_case
from cases.states import OPEN, Status
from contact_centre.intake.fates import Fate
from contact_centre.intake.models import Evidence, RawChannel, RawMessage, RawState, Reason
from contact_centre.intake.sms.callers import Fields
from contact_centre.intake.sms.stops import may_answer, says_stop, stop
from contact_centre.web.system_notes import Remark, as_body

# So many cases a day one number opens and is told of: two machines never talk for long.
MAX_CASES: Final = 5
# Where words may still go on: on the case itself, or on the one that it was merged into.
_WORKED_ON: Final = (*OPEN, Status.MERGED)
_KEY: Final = "sms:"
_COMPARED: Final = 6
# The names of sender, words and id in the calls of each provider.
_NAMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "smsapi": ("sms_from", "sms_text", "MsgId"),
    "twilio": ("From", "Body", "MessageSid"),
}
# Twilio says how many pictures came along (https://www.twilio.com/docs/messaging/guides/webhook-request).
_PICTURES: Final = "NumMedia"
# Its numbers come with the country's digits, but without the plus.
_WITHOUT_PLUS: Final = "smsapi"


@dataclass(frozen=True, slots=True)
class TextIn:
    """``sender`` is what the provider says of whom it is from, ``phone`` the same as a number, where it is one.
    ``pictures`` are those that came along; they stay with the provider."""

    sender: str
    phone: str
    words: str
    external_id: str
    pictures: int = 0


def pack(provider: str, fields: Fields) -> bytes:
    """The call as it is stored: the same call again gives the same bytes."""
    said = {"provider": provider, "fields": fields}
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


def read(raw: bytes) -> TextIn:
    """What was packed, read. Raises ValueError or KeyError where it is nothing of ours."""
    said = json.loads(raw)
    fields = said["fields"]
    sender, words, external_id = (fields.get(name, "").strip() for name in _NAMES[said["provider"]])
    pictures = fields.get(_PICTURES, "")
    number = sender
    if said["provider"] == _WITHOUT_PLUS and sender.isdecimal():
        number = f"+{sender}"
    phone = to_e164(number) or to_e164(sender)
    return TextIn(sender, phone, words, external_id, int(pictures) if pictures.isdecimal() else 0)


def settle(row: RawMessage, text: TextIn, *, at: datetime) -> Fate:
    """Add the words to the only open case on which the number is, else open one; "stop" alone opens none, unless it may
    answer what we asked. Safe to repeat.

    Raises what the services raise.
    """
    if says_stop(text.words) and not _is_answer(row, text):
        stop(_people_with(text.phone), at=at)
        return Fate(RawState.IGNORED, Reason.STOPPED)
    if not text.words and not text.pictures:
        return Fate(RawState.IGNORED, Reason.EMPTY)
    if not text.words:
        text = replace(text, words=gettext("(a picture without words)"))
    fate = _on_a_case(row, text, at)
    if text.pictures and fate.case is not None:
        body = as_body([(Remark.PICTURES, str(text.pictures))])
        add_note(case_id=fate.case.pk, body=body, by=SYSTEM_ACTOR, at=at, source_key=f"sms-note:{row.sha256}")
    return fate


def _is_answer(row: RawMessage, text: TextIn) -> bool:
    """Whether a word of stopping comes from somebody whom we asked, so that one of us must read it."""
    if not may_answer(text.words):
        return False
    asked = Case.objects.filter(pk__in=_open_cases(text.phone), status=Status.WAITING_RESIDENT)
    # Once it is an answer it stays one, also when its worker died before it said so.
    return Message.objects.filter(source_key=_key(row)).exists() or asked.exists()


def _key(row: RawMessage) -> str:
    return f"{_KEY}{row.sha256}"


def _on_a_case(row: RawMessage, text: TextIn, at: datetime) -> Fate:
    key = _key(row)
    if known := Message.objects.filter(source_key=key).select_related("case").first():
        # Its worker died before it said so.
        return _added(known) if known.purpose == MessagePurpose.REPLY else _opened(known, Reason.REQUEST)
    writer = _writer_of(text.phone)
    if writer is None:
        return _open(row, text, key, at)
    message = record_reply(
        participant_id=writer.pk, body=text.words, channel=Channel.SMS, source_key=key, at=at
    )
    return _added(message)


def _added(message: Message) -> Fate:
    evidence = Evidence.PHONE_NUMBER
    return Fate(RawState.CASE_UPDATED, Reason.REPLY, evidence, case=message.case, message=message)


def _opened(message: Message, reason: Reason) -> Fate:
    return Fate(RawState.CASE_CREATED, reason, case=message.case, message=message)


def _open(row: RawMessage, text: TextIn, key: str, at: datetime) -> Fate:
    reason = _reason(row, text)
    wishes = ContactChannel.SMS if reason is Reason.REQUEST else ContactChannel.NONE
    report = Report(
        source_key=key,
        channel=Channel.SMS,
        description=text.words,
        received_at=row.received_at,
        reporter=Reporter(phone=text.phone, wishes=wishes),
    )
    open_case(report, by=resident(None), at=at)
    return _opened(Message.objects.select_related("case").get(source_key=key), reason)


def _reason(row: RawMessage, text: TextIn) -> Reason:
    if not text.phone:
        return Reason.NO_SENDER
    since = row.received_at - timedelta(days=1)
    opened = RawMessage.objects.filter(
        channel=RawChannel.SMS, sender=text.phone, state=RawState.CASE_CREATED, received_at__gt=since
    )
    return Reason.TOO_MANY if opened.count() >= MAX_CASES else Reason.REQUEST


def _writer_of(phone: str) -> CaseParticipant | None:
    """The person with this number on the only open case that has one; None where there is no case, or several."""
    found = _open_cases(phone)
    return next(iter(found.values())) if len(found) == 1 else None


def _open_cases(phone: str) -> dict[int, CaseParticipant]:
    """The open cases that have the number, each with the first person who gave it there.

    A case that was merged into an open one is that one.
    """
    # The pattern has no index: people of cases that ended are not compared for every text.
    people = _people_with(phone, among=_WORKED_ON)
    found = {followed_cases(person.case_id)[-1]: person for person in reversed(people)}
    still_open = Case.objects.filter(pk__in=found, status__in=OPEN).values_list("pk", flat=True)
    return {pk: found[pk] for pk in still_open}


def _people_with(phone: str, *, among: Sequence[str] | None = None) -> list[CaseParticipant]:
    """Who gave the number, on any case or on one in these states.

    Numbers are kept as people wrote them: the database compares the last digits, we the whole.
    """
    if not phone:
        return []
    pattern = "[^0-9]*".join(phone[-_COMPARED:]) + "[^0-9]*$"
    rows = CaseParticipant.objects.filter(phone__regex=pattern, detached_at__isnull=True)
    rows = rows if among is None else rows.filter(case__status__in=among)
    rows = rows.select_related("case").order_by("id")
    return [person for person in rows if to_e164(person.phone) == phone]
