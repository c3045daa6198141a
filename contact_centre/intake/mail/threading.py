"""Which case a mail belongs to, by evidence in a fixed order. A stranger never joins: for a mail that names a
case without a right to it, the case is a suggestion for a person."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings

from cases.keys import read_reply_token
from cases.models import Case, CaseParticipant
from contact_centre.intake.mail import address
from contact_centre.intake.mail.types import Mailbox, ParsedMail
from contact_centre.intake.models import Evidence, RawMessage
from notifications.links import read_message_id

_TOKEN: Final = re.compile(r"reply\+([a-z0-9.]{5,64})@(.+)")


@dataclass(frozen=True, slots=True)
class Thread:
    """A case that the mail names, on which evidence, and who of its participants wrote; None: a stranger."""

    case: Case
    evidence: Evidence
    writer: CaseParticipant | None


def find(mail: ParsedMail, *, on: date) -> Thread | None:
    """The first evidence that holds for the sender; else the first that names a case at all."""
    first: Thread | None = None
    for thread in _evidence(mail, on):
        if thread.writer is not None:
            return thread
        first = first or thread
    return first


def is_reply_address(text: str) -> bool:
    """Whether the address is one that our mails come from."""
    found = _TOKEN.fullmatch(text.lower())
    return found is not None and found[2] == settings.MAIL_DOMAIN.lower()


def _evidence(mail: ParsedMail, on: date) -> Iterator[Thread]:
    for recipient in mail.recipients:
        addressee = _addressee(recipient, on)
        if addressee is not None:
            writer = _participant(addressee.case_id, mail.sender)
            is_same = writer is not None and address.key(writer.email) == address.key(addressee.email)
            is_stranger = writer is None
            evidence = Evidence.REPLY_TOKEN if is_same or is_stranger else Evidence.REPLY_TOKEN_OTHER_SENDER
            yield Thread(addressee.case, evidence, addressee if is_same else writer)
    for message_id in mail.in_reply_to:
        yield from _by_id(message_id, Evidence.IN_REPLY_TO, mail.sender)
    for message_id in reversed(mail.references):
        yield from _by_id(message_id, Evidence.REFERENCES, mail.sender)


def _addressee(recipient: str, on: date) -> CaseParticipant | None:
    found = _TOKEN.fullmatch(recipient)
    return read_reply_token(found[1], on=on) if found and is_reply_address(recipient) else None


def _by_id(message_id: str, evidence: Evidence, sender: Mailbox | None) -> Iterator[Thread]:
    for case in _cases_of(message_id):
        yield Thread(case, evidence, _participant(case.pk, sender))


def _cases_of(message_id: str) -> list[Case]:
    """The case that a mail of ours was about, or those that stored mails with this id belong to."""
    notice_id = read_message_id(message_id)
    if notice_id is not None:
        return list(Case.objects.filter(participants__notices=notice_id))
    known = RawMessage.objects.filter(message_id=message_id[:255], case__isnull=False)
    return list(Case.objects.filter(raw_messages__in=known).distinct().order_by("-id")[:10])


def _participant(case_id: int, sender: Mailbox | None) -> CaseParticipant | None:
    if sender is None:
        return None
    rows = CaseParticipant.objects.filter(case_id=case_id, detached_at__isnull=True).exclude(email="")
    return next((row for row in rows.order_by("id") if address.key(row.email) == sender.key), None)
