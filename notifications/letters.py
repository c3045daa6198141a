"""What may be done with letters: write one in place of what failed, and note that many were printed at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cases.actors import Actor, ActorKind
from cases.timeline import ring_again
from notifications.models import FAILURES, Notice, NoticeChannel, NoticeState
from notifications.services import CannotSettle


@transaction.atomic(durable=True)
def mark_letters_printed(*, notice_ids: Sequence[int], by: Actor, at: datetime) -> int:
    """A person printed these letters and posts them; returns how many of them still waited. Raises CannotSettle."""
    if by.kind is not ActorKind.STAFF:
        raise CannotSettle(*notice_ids)
    rows = Notice.objects.select_for_update(of=("self",)).select_related("event")
    letters = list(rows.filter(pk__in=notice_ids, state=NoticeState.LETTER_DUE).order_by("id"))
    for letter in letters:
        letter.state, letter.done_by_id, letter.ended_at = NoticeState.DONE_BY_PERSON, by.user_id, at
        letter.save(update_fields=["state", "done_by", "ended_at"])
        ring_again(letter.event)
    return len(letters)


@transaction.atomic(durable=True)
def tell_by_letter(*, notice_id: int, by: Actor, at: datetime) -> Notice:
    """What did not arrive is told by a letter in its place, which this returns. Raises CannotSettle."""
    failed = Notice.objects.select_for_update().get(pk=notice_id)
    if by.kind is not ActorKind.STAFF or failed.state not in FAILURES or not failed.may_become_letter:
        raise CannotSettle(notice_id)
    letter, is_new = Notice.objects.get_or_create(
        event_id=failed.event_id,
        participant_id=failed.participant_id,
        channel=NoticeChannel.LETTER,
        defaults={
            "kind": failed.kind,
            "priority": failed.priority,
            "language": failed.language,
            "due_at": at,
            "created_at": at,
        },
    )
    if not is_new:
        raise CannotSettle(notice_id)
    # The letter tells what was to be told along with it.
    Notice.objects.filter(into=failed).update(into=letter)
    failed.state, failed.into, failed.done_by_id, failed.ended_at = (
        NoticeState.COALESCED, letter, by.user_id, at,
    )  # fmt: skip
    failed.save(update_fields=["state", "into", "done_by", "ended_at"])
    ring_again(failed.event)
    return letter
