"""The same mail by another way: which row stands for it. One row holds the key of a mail, and the database says so."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction

from cases.alone import committed_alone
from cases.queries.sql import Question, finds_a_row
from contact_centre.intake.addresses import departments_mailboxes
from contact_centre.intake.models import UNSETTLED, RawMessage, RawState

# An id that comes again later is another mail, whatever it says.
SPAN: Final = timedelta(days=30)
_TRIES: Final = 3
_REUSED: Final = (
    "SELECT 1 FROM intake_rawmessage "
    "WHERE message_id = %s AND id <> %s AND content_digest NOT IN ('', %s) LIMIT 1"
)


class NotYet(OSError):
    """The mail that stands is not settled, and its copy is for a department that it does not know of: what becomes of
    the copy depends on what becomes of the mail. To be tried again."""


def claim_key(row: RawMessage, fields: Sequence[str] = ()) -> bool:
    """Whether this row stands for the mail: nobody else does, or did so long ago or in vain.

    ``fields`` of the row are written in the same transaction, whoever stands. A copy leaves the addresses that it came
    to with the row that stands. Raises IntegrityError when others are quicker every time, or NotYet.
    """
    key = _key(row)
    try:
        # Nobody asks beforehand who stands: nearly every mail is new.
        with committed_alone():
            return _take(row, key, fields)
    except IntegrityError:
        row.copy_key = None
    for remaining in reversed(range(_TRIES)):
        try:
            return _claim(row, key, fields)
        except IntegrityError:
            if not remaining:
                raise
    return False


def standing_for(row: RawMessage) -> RawMessage | None:
    """The row that stands for the mail of which this row is a copy."""
    return RawMessage.objects.filter(copy_key=_key(row)).first()


def is_reused_id(row: RawMessage) -> bool:
    """Whether another mail with other words has the same Message-ID."""
    question, values = question_of(row)
    return finds_a_row(question, *values)


def question_of(row: RawMessage) -> Question:
    """What ``is_reused_id`` asks."""
    return _REUSED, (row.message_id, row.pk, row.content_digest)


@transaction.atomic(durable=True)
def _claim(row: RawMessage, key: str, fields: Sequence[str]) -> bool:
    holder = (
        RawMessage.objects.select_for_update(of=("self",))
        .only("state", "received_at", "addressed_to", "channel", "sha256")
        .filter(copy_key=key)
        .exclude(pk=row.pk)
        .first()
    )
    if holder is not None:
        if holder.state != RawState.FAILED and holder.received_at > row.received_at - SPAN:
            if holder.state in UNSETTLED and _brings_departments(row, holder):
                raise NotYet(f"{row.sha256} is a copy of {holder.sha256}")
            addresses = dict.fromkeys([*holder.addressed_to, *row.addressed_to])
            RawMessage.objects.filter(pk=holder.pk).update(addressed_to=list(addresses))
            if fields:
                row.save(update_fields=fields)
            return False
        RawMessage.objects.filter(pk=holder.pk).update(copy_key=None)
    return _take(row, key, fields)


def _brings_departments(row: RawMessage, holder: RawMessage) -> bool:
    """Whether the copy was addressed to a department that gets a case of its own and that the mail does not name."""
    if not settings.MAIL_CASE_PER_DEPARTMENT:
        return False
    mine, known = ({box.department_id for box in departments_mailboxes(one)} for one in (row, holder))
    return not mine <= known | {None}


def _take(row: RawMessage, key: str, fields: Sequence[str]) -> bool:
    row.copy_key = key
    row.save(update_fields=[*fields, "copy_key"])
    return True


def _key(row: RawMessage) -> str:
    """A mail without an id has one made of its bytes, so that it is like no other."""
    said = "\0".join((row.channel, row.message_id, row.content_digest))
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()
