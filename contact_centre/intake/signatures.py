"""The signature that somebody puts under her mails without any mark of one: learned from her earlier mails."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cases.queries.sql import Question, finds_a_row
from contact_centre.intake.mail.reply import strip_quotes
from contact_centre.intake.mail.types import Mailbox, ParsedMail, Seal
from contact_centre.intake.models import RawMessage

# So many mails, this one among them, must end alike and say different things above it.
_ALIKE: Final = 3
_ASKED: Final = 20
_LEAST_LINES, _MOST_LINES = 2, 8
_BEFORE: Final = (
    "SELECT 1 FROM intake_rawmessage "
    "WHERE sender = %s AND channel = %s AND id < %s AND case_message_id IS NOT NULL LIMIT 1"
)
# Of the mail itself so much must be left: a greeting alone says nothing.
_LEAST_LEFT: Final = 20


def fold_learned(mail: ParsedMail, writer: Mailbox | None, *, row: RawMessage) -> ParsedMail:
    """The mail without the last lines that her earlier mails have too; the whole text keeps them.

    The database is asked only about mails that end in a paragraph which could be a signature.
    """
    endings = list(_endings(mail.reply))
    if writer is None or not endings or Seal.SIGNED in mail.seals:
        return mail
    earlier = [_lines(strip_quotes(text)) for text in _earlier(writer.key, row)]
    for words, block in endings:
        above = {tuple(lines[: -len(block)]) for lines in earlier if lines[-len(block) :] == block}
        if len(above - {tuple(_lines(words))}) >= _ALIKE - 1:
            return replace(mail, reply=words)
    return mail


def _endings(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each way to part the text at an empty line into words and a block that could be a signature, longest first."""
    lines = text.split("\n")
    for start in reversed(_starts(lines)):
        words, block = "\n".join(lines[:start]).rstrip(), _lines("\n".join(lines[start:]))
        if len("".join(words.split())) >= _LEAST_LEFT:
            yield words, block


def _starts(lines: list[str]) -> list[int]:
    """Where a block could begin, from the end: however many paragraphs a mail has, only its last lines are read."""
    starts: list[int] = []
    size = 0
    for place in range(len(lines) - 1, 0, -1):
        size += bool(lines[place].strip())
        if size > _MOST_LINES:
            break
        if size >= _LEAST_LINES and lines[place].strip() and not lines[place - 1].strip():
            starts.append(place)
    return starts


def _earlier(sender: str, row: RawMessage) -> Iterator[str]:
    """The words of her last mails that came before this one and stand on cases."""
    question, values = question_of(sender, row)
    if not finds_a_row(question, *values):
        return
    mails = RawMessage.objects.filter(
        channel=row.channel, sender=sender, pk__lt=row.pk, case_message__isnull=False
    )
    kept = mails.order_by("-received_at", "-id").values_list("case_message__body", "case_message__full_body")
    for body, full_body in kept[:_ASKED]:
        yield full_body or body


def question_of(sender: str, row: RawMessage) -> Question:
    """What ``fold_learned`` asks first: whether there are such mails."""
    return _BEFORE, (sender, row.channel, row.pk)


def _lines(text: str) -> list[str]:
    """The lines with words, without the blanks around them."""
    return [line.strip() for line in text.split("\n") if line.strip()]
