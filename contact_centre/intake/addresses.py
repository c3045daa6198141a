"""Whose address is it? Which mailbox a mail is for, and which addresses are ours at all."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from email.utils import parseaddr
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet

from cases.models import Case
from cases.models.message import MAIL_KEY
from cases.queries.together import is_further, mail_key_of, opened_beside
from contact_centre.intake.mail import address
from contact_centre.intake.models import ANY_TOKEN, Mailbox, RawChannel, RawMessage, RawState

# Answers of residents, and what comes back of our own mails. Both are accepted by their form: a token that has
# expired, or was made with a key of old, still comes with a letter.
_SIGNED: Final = re.compile(r"(?:reply|bounce)\+[a-z0-9.]{5,64}")
_POSTMASTER: Final = "postmaster"
MAIN: Final = "main"
# What such a question looks at; the rest, how a mailbox is fetched and what it answers, is read if it is wanted. Asked
# of every mail, and so not put together anew each time.
_ASKED: Final = (
    "SELECT id, code, address, aliases, tokens, department_id, merged_into_id, is_active "
    "FROM intake_mailbox ORDER BY id"
)
_read: ContextVar[list[Mailbox] | None] = ContextVar("mailboxes", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Read the mailboxes once for all questions within: one mail asks of each of its addresses."""
    token = _read.set(_joined(Mailbox.objects.raw(_ASKED)))
    try:
        yield
    finally:
        _read.reset(token)


def is_ours(text: str) -> bool:
    """Whether a mail to this address is taken in: a mailbox, one of its other addresses, or a signed address."""
    return is_signed(text) or text.lower() in _of_settings() or mailbox_of(text) is not None


def is_signed(text: str) -> bool:
    """Whether the address has the form of our reply and bounce addresses."""
    local, _, domain = text.lower().rpartition("@")
    return domain == settings.MAIL_DOMAIN.lower() and _SIGNED.fullmatch(local) is not None


def mailbox_of(text: str) -> Mailbox | None:
    """The mailbox in use that the address belongs to; one that was merged gives the one it was merged into."""
    wanted = address.key(text)
    base, token = _split(wanted)
    boxes = _mailboxes()
    for box in boxes:
        if not (box.is_active or box.merged_into_id is not None):
            continue
        own = {address.key(one) for one in (box.address, *box.aliases)}
        if wanted in own or (token and base in own and _allows(box, token)):
            return _survivor(box)
    return _main(boxes) if wanted in _of_settings() else None


def addressed_mailbox(recipients: Iterable[str]) -> Mailbox | None:
    """The mailbox that a mail is for by its addresses, which are in the order of their weight: where it was delivered
    to, then To and Cc. None where no mailbox is among them."""
    return next((box for text in recipients if (box := mailbox_of(text))), None)


def departments_mailboxes(row: RawMessage) -> list[Mailbox]:
    """The mailboxes that a mail is for, one for each department, where each gets a case of its own: by its addresses,
    else the one that it was fetched from. The contact centre's own counts where there is no other."""
    named = [box for text in row.addressed_to if (box := mailbox_of(text))]
    fetched = None if named else fetched_from(row)
    boxes = [fetched] if fetched is not None else named
    departments = {box.department_id: box for box in reversed(boxes) if box.department_id is not None}
    return list(reversed(departments.values())) or boxes[:1]


def fetched_from(row: RawMessage) -> Mailbox | None:
    """The mailbox by which the mail came; None where it came by none."""
    if row.is_new:
        return None
    arrivals = row.arrivals.exclude(mailbox=None).select_related(
        "mailbox__department", "mailbox__merged_into"
    )
    found = arrivals.order_by("id").first()
    return _survivor(found.mailbox) if found and found.mailbox else None


def mailbox_for(case: Case) -> Mailbox | None:
    """The mailbox that the case came to, from which it is answered; None for a case that no mail opened."""
    opened = RawMessage.objects.filter(state__in=(RawState.CASE_CREATED, RawState.QUARANTINED))
    first = mails_of_case(case, opened).order_by("id").first()
    if first is None:
        return None
    mailbox = fetched_from(first)
    if case.addressed_to_id in (None, mailbox.department_id if mailbox else None):
        return mailbox
    # One of several cases of a mail is answered by its own department.
    boxes = (*departments_mailboxes(first), *_mailboxes()) if opened_beside(case).exists() else ()
    own = (box for box in boxes if box.is_active and box.merged_into_id is None)
    return next((box for box in own if box.department_id == case.addressed_to_id), mailbox)


def mails_of_case(case: Case, rows: QuerySet[RawMessage]) -> QuerySet[RawMessage]:
    """Those of the mails that are on the case, also one that stands on another of the cases that it opened."""
    own = Q(case=case)
    if is_further(case.source_key):
        digest = mail_key_of(case.source_key).removeprefix(MAIL_KEY)
        own |= Q(channel=RawChannel.MAIL, sha256=digest)
    return rows.filter(own)


def main_mailbox() -> Mailbox | None:
    """The mailbox of ``DEFAULT_FROM_EMAIL``; None where the starting data is not loaded."""
    return _main(_mailboxes())


def default_address() -> str:
    """The address in ``DEFAULT_FROM_EMAIL``, without a name."""
    return _without_name(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=4)
def _without_name(text: str) -> str:
    return parseaddr(text)[1]


def _main(boxes: list[Mailbox]) -> Mailbox | None:
    return next((_survivor(box) for box in boxes if box.code == MAIN), None)


def _mailboxes() -> list[Mailbox]:
    known = _read.get()
    return known if known is not None else _joined(Mailbox.objects.order_by("id"))


def _joined(rows: Iterable[Mailbox]) -> list[Mailbox]:
    """All mailboxes; they are few, so that they are joined with each other here and not by the database."""
    boxes = {box.pk: box for box in rows}
    for box in boxes.values():
        if box.merged_into_id is not None:
            box.merged_into = boxes[box.merged_into_id]
    return list(boxes.values())


def _survivor(box: Mailbox) -> Mailbox:
    """The end of a chain of mergers; where it runs in a circle, anywhere in it."""
    seen = {box.pk}
    while box.merged_into is not None and box.merged_into.pk not in seen:
        box = box.merged_into
        seen.add(box.pk)
    return box


def _of_settings() -> set[str]:
    """What the pages and mails of the product name is ours whatever the rows say; RFC 5321 adds the postmaster."""
    postmaster = f"{_POSTMASTER}@{settings.MAIL_DOMAIN}"
    return {address.key(one) for one in (default_address(), settings.CITY_EMAIL, postmaster)}


def _split(text: str) -> tuple[str, str]:
    local, _, domain = text.rpartition("@")
    base, _, token = local.partition("+")
    return f"{base}@{domain}", token


def _allows(box: Mailbox, token: str) -> bool:
    return ANY_TOKEN in box.tokens or token in {one.lower() for one in box.tokens}
