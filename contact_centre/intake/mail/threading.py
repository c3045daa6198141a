"""Which case a mail belongs to, by evidence in a fixed order. A stranger never joins: for a mail that names a
case without a right to it, the case is a suggestion for a person."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings

from cases.access import NoAccess, get_participant
from cases.keys import read_reply_token
from cases.models import Case, CaseParticipant, Message
from cases.models.message import MAIL_KEY
from cases.models.references import is_reference
from cases.queries.together import is_further, key_for
from contact_centre.intake.addresses import addressed_mailbox
from contact_centre.intake.identity import reply_token_in
from contact_centre.intake.mail import address
from contact_centre.intake.mail.subject import is_forward
from contact_centre.intake.mail.types import Mailbox, ParsedMail
from contact_centre.intake.models import Evidence, RawMessage
from notifications.links import read_bounce_address, read_message_id

# A mail may name thousands of ids or numbers; the last ones are those that it answers.
MAX_IDS: Final = 50
_MAX_HITS: Final = 20
_MAX_CASES: Final = 10
_SEARCHED: Final = 200_000
_TOKEN: Final = re.compile(r"reply\+[a-z0-9.]{5,64}@[a-z0-9.-]{1,255}[a-z0-9]", re.IGNORECASE)
_LINK: Final = re.compile(r"/track/([A-Z0-9-]{8,32})/([a-z2-7]{26})/", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\[\s*([A-Z]{2,8}-[0-9]{4}-[0-9]{6,12}-[0-9])\s*\]", re.IGNORECASE)
# What a machine's answer is tied by: it quotes nothing that proves anything.
_OF_MACHINES: Final = frozenset(Evidence) - {Evidence.TOKEN_IN_TEXT}
# A token leads to its case, whoever brings it: the mail waits there. The others only hint at one.
WAITING: Final = frozenset({Evidence.REPLY_TOKEN, Evidence.REPLY_TOKEN_OTHER_SENDER})

# The evidence that holds for somebody of a participant's organisation too, and what it is called then. A number or a
# quotation is too easily come by: there only the participant herself counts.
OF_ORGANISATION: Final = {
    Evidence.REPLY_TOKEN: Evidence.REPLY_TOKEN_ORGANISATION,
    Evidence.IN_REPLY_TO: Evidence.IN_REPLY_TO_ORGANISATION,
    Evidence.REFERENCES: Evidence.REFERENCES_ORGANISATION,
}


@dataclass(frozen=True, slots=True)
class Thread:
    """A case that the mail names, on which evidence, and who of its participants wrote; None: a stranger.

    ``is_for_another``: somebody else of the writer's organisation wrote, who has no part in the case yet.
    """

    case: Case
    evidence: Evidence
    writer: CaseParticipant | None
    is_for_another: bool = False


def find(
    mail: ParsedMail, writer: Mailbox | None, *, on: date, is_machine: bool = False, organisation: str = ""
) -> Thread | None:
    """The first evidence that holds for the writer (None: nobody who may join); else the first that names a case.

    ``organisation``: the writer's domain, where she is proved to be of it and its people stand for one another.
    """
    first: Thread | None = None
    for thread in _evidence(mail, writer, on):
        if is_machine and thread.evidence not in _OF_MACHINES:
            continue
        if thread.writer is None and organisation:
            thread = _for_another(thread, organisation)  # noqa: PLW2901 - the same case with more known of it
        if thread.writer is not None:
            return thread
        first = first or thread
    return first


def without_reference(subject: str) -> str:
    """The subject without a case number in brackets."""
    return " ".join(_REFERENCE.sub(" ", subject).split())


def _evidence(mail: ParsedMail, writer: Mailbox | None, on: date) -> Iterator[Thread]:
    yield from _by_token(mail.recipients, writer, on)
    yield from _by_return_address(mail.recipients, writer)
    yield from _by_ids(mail.in_reply_to, Evidence.IN_REPLY_TO, writer, mail.recipients)
    yield from _by_ids(mail.references, Evidence.REFERENCES, writer, mail.recipients)
    # Who passes our mail on speaks of something: what it quotes is a hint for a person then, and no more.
    quoting = None if is_forward(mail.subject) else writer
    yield from _by_text(mail, quoting, on)
    yield from _by_subject(mail.subject, quoting)


def _by_token(recipients: tuple[str, ...], writer: Mailbox | None, on: date) -> Iterator[Thread]:
    for recipient in recipients:
        token = reply_token_in(recipient)
        addressee = read_reply_token(token, on=on) if token else None
        if addressee is not None:
            found = _participant(addressee.case_id, writer)
            is_same = found is not None and address.key(found.email) == address.key(addressee.email)
            is_stranger = found is None
            evidence = Evidence.REPLY_TOKEN if is_same or is_stranger else Evidence.REPLY_TOKEN_OTHER_SENDER
            yield Thread(addressee.case, evidence, addressee if is_same else found)


def _by_return_address(recipients: tuple[str, ...], writer: Mailbox | None) -> Iterator[Thread]:
    """Where machines answer to (RFC 3834). It was given to one person, and counts for her alone."""
    for recipient in recipients:
        notice_id = read_bounce_address(recipient)
        if notice_id is None:
            continue
        for participant in CaseParticipant.objects.filter(notices=notice_id).select_related("case"):
            found = _participant(participant.case_id, writer)
            if found == participant:
                yield Thread(participant.case, Evidence.RETURN_ADDRESS, found)


def _by_ids(
    ids: Sequence[str], evidence: Evidence, writer: Mailbox | None, recipients: tuple[str, ...]
) -> Iterator[Thread]:
    """The last ids first. One id may lead to several cases: newsletters share a parent."""
    known = _stored(ids[-MAX_IDS:], recipients)
    for message_id in reversed(ids[-MAX_IDS:]):
        notice_id = read_message_id(message_id)
        if notice_id is not None:
            cases = list(Case.objects.filter(participants__notices=notice_id))
        else:
            cases = known.get(message_id[:255], [])
        for case in cases:
            yield Thread(case, evidence, _participant(case.pk, writer))


def _stored(ids: Sequence[str], recipients: tuple[str, ...]) -> dict[str, list[Case]]:
    """The cases where the words of stored mails with these ids are now; they may have been moved. Of a mail that opened
    a case for each of several departments, first the case of the one that is written to."""
    if not ids:
        return {}
    rows = RawMessage.objects.filter(message_id__in=[one[:255] for one in ids], case__isnull=False)
    keys = {f"{MAIL_KEY}{row.sha256}": row.message_id for row in rows.order_by("-id")[: MAX_IDS * _MAX_CASES]}
    box = addressed_mailbox(recipients) if keys else None
    if box is not None and box.department_id is not None:
        keys |= {key_for(key, box.department_id): message_id for key, message_id in keys.items()}
    messages = Message.objects.filter(source_key__in=keys).select_related("case").order_by("-id")
    found: dict[str, list[Case]] = {}
    for message in sorted(messages, key=lambda one: not is_further(str(one.source_key))):
        cases = found.setdefault(keys[str(message.source_key)], [])
        if message.case not in cases and len(cases) < _MAX_CASES:
            cases.append(message.case)
    return found


def _by_text(mail: ParsedMail, writer: Mailbox | None, on: date) -> Iterator[Thread]:
    """Our own address, link or hidden mark in the quotation. Only a hint: whoever has seen the mail may quote it."""
    text = mail.text[-_SEARCHED:]
    yield from _by_tokens(map(reply_token_in, _TOKEN.findall(text)[-_MAX_HITS:]), writer, on)
    yield from _by_links(text, writer)
    # Found in no words, and so the last to be asked.
    yield from _by_tokens(mail.marks[-_MAX_HITS:], writer, on)


def _by_tokens(tokens: Iterable[str | None], writer: Mailbox | None, on: date) -> Iterator[Thread]:
    for token in tokens:
        addressee = read_reply_token(token, on=on) if token else None
        if addressee is not None:
            yield Thread(addressee.case, Evidence.TOKEN_IN_TEXT, _participant(addressee.case_id, writer))


def _by_links(text: str, writer: Mailbox | None) -> Iterator[Thread]:
    for reference, key in _LINK.findall(text)[-_MAX_HITS:]:
        try:
            named = get_participant(reference.upper(), key)
        except NoAccess:
            continue
        yield Thread(named.case, Evidence.TOKEN_IN_TEXT, _participant(named.case_id, writer))


def _by_subject(subject: str, writer: Mailbox | None) -> Iterator[Thread]:
    """The last number in brackets that is one of ours: its check digit is right and the case is there."""
    for found in reversed(_REFERENCE.findall(subject)[-_MAX_HITS:]):
        reference = found.upper()
        is_ours = reference.startswith(f"{settings.CITY_CODE}-") and is_reference(reference)
        case = Case.objects.filter(reference=reference).first() if is_ours else None
        if case is not None:
            yield Thread(case, Evidence.SUBJECT, _participant(case.pk, writer))
            return


def _participant(case_id: int, writer: Mailbox | None) -> CaseParticipant | None:
    if writer is None:
        return None
    rows = CaseParticipant.objects.filter(case_id=case_id, detached_at__isnull=True).exclude(email="")
    return next((row for row in rows.order_by("id") if address.key(row.email) == writer.key), None)


def _for_another(thread: Thread, organisation: str) -> Thread:
    """The thread as it stands for whom the writer may write for. On a case that is kept from most colleagues, nobody
    writes for another: it may be about those around her."""
    evidence, case = OF_ORGANISATION.get(thread.evidence), thread.case
    is_sensitive = case.category is not None and case.category.is_sensitive
    if evidence is None or case.confidential or is_sensitive:
        return thread
    rows = case.participants.filter(detached_at__isnull=True).exclude(email="").order_by("id")
    found = next((row for row in rows if address.key(row.email).endswith(f"@{organisation}")), None)
    return thread if found is None else Thread(case, evidence, found, is_for_another=True)
