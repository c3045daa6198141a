"""What may have been reported before: ranked suggestions with their reasons, for staff and for residents.

Access is decided inside the query. A resident never gets more of another's report than its category, street, day and
state; there is no field for more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from cases.access import public_cases, visible_cases
from cases.actors import Actor
from cases.models import Case, CaseParticipant, Channel, ParticipantRole
from cases.queries.matching import Match, Reason, ReasonCode, matches
from cases.queries.merged import followed_cases
from cases.queries.neighbours import DAYS, Draft, draft_of, neighbours
from cases.queries.sql import IsOpen
from cases.states import Status
from routing.models import Category, Street, User

MOST_FOR_STAFF = 5
MOST_FOR_RESIDENTS = 3
# An agent looks at a doubtful one in a second; a resident is only asked when it is likely.
LEAST_FOR_STAFF = 0.35
LEAST_FOR_RESIDENTS = 0.5
_LOOKED_AT = 50
_MOST_OF_SENDER = 2
_RELATED = ("category", "street")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A case that may be about the same, for somebody who may see it. Merging needs an open one."""

    case_id: int
    reference: str
    subject: str
    status: str
    outcome: str
    category: Category | None
    street: Street | None
    place: str
    received_on: date
    is_open: bool
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PublicDuplicate:
    """All that a resident may know of a report that may be about the same."""

    case_id: int
    category: Category
    street: Street | None
    received_on: date
    status: str


def duplicates_of_case(case: Case, user: User, by: Actor) -> tuple[Duplicate, ...]:
    """What this case may be the same as: first what its resident said while reporting, then what she wrote under the
    same subject, which proves nothing and joins nothing by itself."""
    said = _said_by_resident(case, user, by)
    rows = [*([said] if said else []), *_written_by_sender(case, user, by)]
    found: dict[int, Duplicate] = {}
    for row in (*rows, *duplicates_for_staff(draft_of(case), user, by)):
        known = found.get(row.case_id)
        found[row.case_id] = replace(known, reasons=(*known.reasons, *row.reasons)) if known else row
    return tuple(found.values())[:MOST_FOR_STAFF]


def duplicates_for_staff(draft: Draft, user: User, by: Actor) -> tuple[Duplicate, ...]:
    """Of the cases that the person may see those that may be about the same, the likeliest first."""
    visible = visible_cases(user, by)
    found = matches(draft, neighbours(draft, visible), least=LEAST_FOR_STAFF, most=MOST_FOR_STAFF)
    rows = _rows(found)
    return tuple(_duplicate(rows[match.case_id], match) for match in found if match.case_id in rows)


def duplicates_for_resident(draft: Draft) -> tuple[PublicDuplicate, ...]:
    """Of the cases that everybody may know those that are likely about the same."""
    candidates = neighbours(draft, public_cases())
    found = matches(draft, candidates, least=LEAST_FOR_RESIDENTS, most=MOST_FOR_RESIDENTS)
    rows = _rows(found)
    return tuple(
        PublicDuplicate(
            case_id=case.pk,
            category=case.category,
            street=case.street,
            received_on=timezone.localdate(case.received_at),
            # What another household was asked is nobody else's business.
            status=Status.IN_PROGRESS if case.status == Status.WAITING_RESIDENT else case.status,
        )
        for match in found
        if (case := rows.get(match.case_id)) is not None and case.category is not None
    )


def _said_by_resident(case: Case, user: User, by: Actor) -> Duplicate | None:
    """The case that the resident meant, or the one that it was merged into meanwhile."""
    if case.possible_duplicate_of_id is None:
        return None
    meant = followed_cases(case.possible_duplicate_of_id)[-1]
    row = visible_cases(user, by).select_related(*_RELATED).filter(pk=meant).exclude(pk=case.pk).first()
    return _duplicate(row, Match(row.pk, 1.0, (Reason(ReasonCode.RESIDENT),))) if row else None


def _written_by_sender(case: Case, user: User, by: Actor) -> list[Duplicate]:
    """The newest open cases of the last days that a mail from the same address opened under the same subject: few, for
    who always writes under one subject has many, and what lies near must not be pushed out."""
    if case.channel != Channel.EMAIL:
        return []
    emails = (
        case.participants.filter(role=ParticipantRole.REPORTER)
        .exclude(email="")
        .values_list("email", flat=True)
    )
    # As it was written and in small letters: both are served by the index.
    written = {form for email in emails for form in (email, email.lower())}
    if not written:
        return []
    around = (case.received_at - timedelta(days=DAYS), case.received_at + timedelta(days=DAYS))
    rows = visible_cases(user, by).filter(
        IsOpen(),
        pk__in=CaseParticipant.objects.filter(email__in=written, role=ParticipantRole.REPORTER).values(
            "case_id"
        ),
        channel=Channel.EMAIL,
        received_at__range=around,
    )
    newest = rows.exclude(pk=case.pk).select_related(*_RELATED).order_by("-id")[:_LOOKED_AT]
    same = [row for row in newest if row.subject.casefold() == case.subject.casefold()][:_MOST_OF_SENDER]
    return [_duplicate(row, Match(row.pk, 1.0, (Reason(ReasonCode.SENDER),))) for row in same]


def _rows(found: Iterable[Match]) -> dict[int, Case]:
    """The few that are shown, whole: the query before has decided that they may be."""
    ids = [match.case_id for match in found]
    return Case.objects.select_related(*_RELATED).in_bulk(ids) if ids else {}


def _duplicate(case: Case, match: Match) -> Duplicate:
    return Duplicate(
        case_id=case.pk,
        reference=case.reference,
        subject=case.subject,
        status=case.status,
        outcome=case.outcome,
        category=case.category,
        street=case.street,
        place=case.address or case.read_place,
        received_on=timezone.localdate(case.received_at),
        is_open=case.is_open,
        score=match.score,
        reasons=match.reasons,
    )
