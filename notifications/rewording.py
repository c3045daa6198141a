"""Changing the words that residents read: every change is a new row, so that each can be looked up and taken back."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from notifications.models import Wording
from notifications.wordings import changed_words, file_words, find_problems


class CannotReword(Exception):
    """The words cannot be used; ``problems`` says why, by part."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(dict(problems))
        self.problems = problems


class StaleWords(Exception):
    """Somebody has changed the words since they were looked at."""


def last_change(kind: str, language: str) -> int:
    """The id of the newest row of the kind and language; 0 before the first."""
    rows = Wording.objects.filter(kind=kind, language=language).order_by("-pk")
    return rows.values_list("pk", flat=True).first() or 0


@transaction.atomic(durable=True)
def reword(
    *,
    kind: str,
    language: str,
    words: Mapping[str, str],
    note: str,
    user_id: int,
    at: datetime,
    seen: int | None = None,
) -> list[Wording]:
    """Keep what differs from what is said now; returns the new rows. A part that is empty, or says what the file says,
    is given back to the file.

    Raises CannotReword when words cannot be used, StaleWords when they were changed after ``seen``.
    """
    if seen is not None and last_change(kind, language) != seen:
        raise StaleWords(kind, language)
    if problems := find_problems(kind, language, words, on=timezone.localdate(at)):
        raise CannotReword(problems)
    of_file, changed = file_words(kind, language), changed_words(kind, language)
    wanted = {name: "" if text == of_file[name] else text for name, text in words.items()}
    return [
        Wording.objects.create(
            kind=kind, language=language, part=name, text=text, note=note, author_id=user_id, created_at=at
        )
        for name, text in wanted.items()
        if text != changed.get(name, "")
    ]
