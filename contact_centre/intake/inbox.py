"""Every mail that came in, as people of the desk may see it: what became of it, and what still needs one of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.db.models.fields import BooleanField, TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date

from cases.access import visible_cases
from cases.actors import Actor
from cases.models import Case
from cases.queries.together import further_cases, mail_key_of
from contact_centre.intake import store
from contact_centre.intake.decisions import may_be_put_aside
from contact_centre.intake.fates import source_key
from contact_centre.intake.mail import envelope
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.models import Decision, MailDecision, RawMessage, RawState, Reason
from contact_centre.intake.waiting import is_open_to_people
from routing.models import User

# Of a header that is longer, the rest stands in the original.
HEADER_SHOWN: Final = 40_000
TO_DO, ALL = "TO_DO", "ALL"
_UNDECIDED: Final = (RawState.QUARANTINED, RawState.FAILED)


def shelf(rows: QuerySet[RawMessage], name: str) -> QuerySet[RawMessage]:
    """The mails of a state, all of them, or those that need a person. ``name`` is one of these."""
    if name == TO_DO:
        return _for_people(rows)
    return rows if name == ALL else rows.filter(state=name)


def found(rows: QuerySet[RawMessage], words: str) -> QuerySet[RawMessage]:
    """The mails of a day (2026-11-17), or with the words in sender, subject, Message-ID or an address of ours.

    Only those whose content the person may see: what is found by its words tells them. Words are looked for in every
    row, without an index and without a span: each mail that ever came must be found.
    """
    seen = rows.filter(is_hidden=False)  # type: ignore[misc]
    if (day := _day(words)) is not None:
        return seen.filter(received_at__date=day)
    wanted = words.strip("<> ")
    own = Q(own_addresses__icontains=wanted)
    said = Q(sender__icontains=wanted) | Q(subject__icontains=wanted) | Q(message_id__icontains=wanted)
    return seen.annotate(own_addresses=Cast("addressed_to", TextField())).filter(said | own)


def _day(words: str) -> date | None:
    try:
        return parse_date(words)
    except ValueError:
        return None


def count_for_people() -> int:
    """How many mails wait for somebody to decide."""
    return _for_people(RawMessage.objects.all()).count()


def mails_for(user: User, by: Actor) -> QuerySet[RawMessage]:
    """All mails. ``is_hidden`` marks those that belong to a case which the person may not see."""
    hidden = ExpressionWrapper(_hidden(visible_cases(user, by)), output_field=BooleanField())
    rows = RawMessage.objects.select_related("case", "case_message__case", "suggested_case")
    return rows.annotate(is_hidden=hidden)


def name_further_cases(mails: Iterable[RawMessage], user: User, by: Actor) -> None:
    """Write beside each mail the further cases that it opened, of those that the person may see."""
    by_key = {source_key(mail): mail for mail in mails if mail.case_id is not None}
    seen = further_cases(by_key).filter(pk__in=visible_cases(user, by).values("pk")) if by_key else ()
    for case in seen:
        mail = by_key[mail_key_of(case.source_key)]
        mail.further = (*mail.further, case)


def open_mails_for(user: User, by: Actor) -> QuerySet[RawMessage]:
    """The mails whose content the person may see."""
    return RawMessage.objects.filter(~_hidden(visible_cases(user, by)))


def _hidden(seen: QuerySet[Case]) -> Q:
    """A copy of a mail says what the mail says; one that waits beside a case belongs to it as well."""
    own = _unseen("case_id", seen) | _unseen("case_message__case_id", seen)
    beside = Q(case__isnull=True) & _unseen("suggested_case_id", seen)
    twins = RawMessage.objects.filter(
        message_id=OuterRef("message_id"), content_digest=OuterRef("content_digest"), case__isnull=False
    ).exclude(case__in=seen)
    return own | beside | Q(reason=Reason.DUPLICATE) & Q(Exists(twins))


def _unseen(field: str, seen: QuerySet[Case]) -> Q:
    return Q(**{f"{field}__isnull": False}) & ~Q(Exists(seen.filter(pk=OuterRef(field))))


def _for_people(rows: QuerySet[RawMessage]) -> QuerySet[RawMessage]:
    decided = MailDecision.objects.filter(raw=OuterRef("pk")).exclude(decision=Decision.RETRY)
    return rows.filter(~Exists(decided), state__in=_UNDECIDED, case__isnull=True)


@dataclass(frozen=True, slots=True)
class Read:
    """What stands in a mail. ``is_whole``: all of it was read, not its header alone."""

    header: str
    text: str
    file_names: tuple[str, ...]
    importance: tuple[str, ...]
    is_whole: bool


def read(row: RawMessage) -> Read:
    """The mail for a page. Raises OSError when its bytes are gone."""
    raw = store.readable(row)
    mail = parse(raw)
    header = store.header_of(raw)[:HEADER_SHOWN].decode("utf-8", "replace")
    names = tuple(file.name or file.media_type for file in mail.files)
    importance = envelope.importance(mail.envelope)
    return Read(header, mail.text, names, importance, is_whole=len(raw) >= row.size)


def ways(row: RawMessage) -> Iterable[str]:
    """What may be done with the mail now."""
    if row.state == RawState.FAILED:
        yield "retry"
    if is_open_to_people(row):
        yield from ("attach", "open")
    if may_be_put_aside(row):
        last = row.decisions.order_by("-id").values_list("decision", flat=True).first()
        yield from (
            way for way, done in (("spam", Decision.SPAM), ("aside", Decision.LAY_ASIDE)) if done != last
        )
