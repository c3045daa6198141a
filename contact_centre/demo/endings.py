"""Where each case of the demonstration stands today: believable shares, and every state and outcome at least once."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cases.states import Outcome, Status
from contact_centre.demo.hours import WorkLine
from routing.models import Kind

LEGAL = frozenset(kind for kind in Kind if kind.is_legal)
ORDINARY = frozenset(Kind) - LEGAL
# Somebody is at work on these when the same thing is reported again.
BEING_WORKED = (Status.ASSIGNED, Status.IN_PROGRESS, Status.PLANNED)
# From here on the days for reopening are over, and the house closes what was resolved.
DAYS_TO_CLOSE = 15
# A question gives a week; who has not answered then may be left unexamined.
DAYS_TO_ANSWER = 7
# A call to complete ends on a working day (KPA art. 57 § 4), after Christmas as much as five days later.
DAYS_OF_CALL = DAYS_TO_ANSWER + 5


@dataclass(frozen=True, slots=True)
class Ending:
    """A state, for ended cases with its outcome, and what a request must be like to come to it."""

    status: Status
    outcome: Outcome | None = None
    kinds: frozenset[Kind] = frozenset(Kind)
    needs_contact: bool = False
    oldest: timedelta = timedelta(days=999)
    youngest: timedelta = timedelta(hours=2)
    # How long somebody must have been at work since it came in.
    worked: timedelta = timedelta(hours=1)
    # Which phrases it says, where no sentence of the corpus would come to this ending.
    phrases: str = ""

    def is_possible(self, age: "Age") -> bool:
        """Whether a request of that age may have come so far, and no further."""
        return self.youngest <= age.passed <= self.oldest and age.worked >= self.worked


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a request came in, and how much of that time people were at work."""

    passed: timedelta
    worked: timedelta


def _ended(outcome: Outcome, kinds: frozenset[Kind], *, closed: bool = False) -> Ending:
    status = Status.CLOSED if closed else Status.RESOLVED
    return Ending(
        status,
        outcome,
        kinds,
        oldest=timedelta(days=999 if closed else DAYS_TO_CLOSE - 1),
        youngest=timedelta(days=DAYS_TO_CLOSE + 3 if closed else 1),
    )


_REPORTS = frozenset({Kind.REPORT})
_ANSWERABLE = frozenset({Kind.INFORMATION, *LEGAL})
NEW = Ending(
    Status.NEW,
    kinds=frozenset({Kind.INFORMATION}),
    youngest=timedelta(),
    oldest=timedelta(days=3),
    worked=timedelta(),
    phrases="vague",
)
NEW_LEGAL = Ending(
    Status.NEW, kinds=LEGAL, youngest=timedelta(), oldest=timedelta(days=3), worked=timedelta()
)
# Every kind of legal matter is at work somewhere; those for the council and one answered show what becomes of them.
LEGAL_AT_WORK = tuple(Ending(Status.IN_PROGRESS, kinds=frozenset({kind})) for kind in Kind if kind.is_legal)
LEGAL_PASSED_ON = tuple(
    Ending(Status.ASSIGNED, kinds=frozenset({kind})) for kind in (Kind.COMPLAINT, Kind.PETITION)
)
ASSIGNED = Ending(Status.ASSIGNED)
IN_PROGRESS = Ending(Status.IN_PROGRESS)
PLANNED = Ending(Status.PLANNED, kinds=_REPORTS)
ASKED = Ending(Status.WAITING_RESIDENT, needs_contact=True)
WAITING = Ending(Status.WAITING_OTHER, kinds=_REPORTS, youngest=timedelta(days=1))
MERGED = Ending(Status.MERGED, kinds=_REPORTS)
WITHDRAWN = Ending(Status.WITHDRAWN, kinds=frozenset({Kind.INFORMATION}), needs_contact=True)
UNEXAMINED = Ending(
    Status.RESOLVED,
    Outcome.UNEXAMINED,
    LEGAL,
    needs_contact=True,
    youngest=timedelta(days=DAYS_OF_CALL + 6),
)
SPAM = Ending(
    Status.RESOLVED, Outcome.SPAM, ORDINARY, oldest=timedelta(days=DAYS_TO_CLOSE - 1), phrases="spam"
)
FRESH_DONE = _ended(Outcome.DONE, _REPORTS)
FRESH_ANSWERED = _ended(Outcome.ANSWERED, _ANSWERABLE)
FRESH_NOT_CONFIRMED = _ended(Outcome.NOT_CONFIRMED, _REPORTS)
DONE = _ended(Outcome.DONE, _REPORTS, closed=True)
ANSWERED = _ended(Outcome.ANSWERED, _ANSWERABLE, closed=True)
NOT_CONFIRMED = _ended(Outcome.NOT_CONFIRMED, _REPORTS, closed=True)
LEGAL_ANSWERED = _ended(Outcome.ANSWERED, LEGAL, closed=True)
DECLINED = _ended(Outcome.DECLINED, frozenset(Kind), closed=True)
FORWARDED = _ended(Outcome.FORWARDED, ORDINARY, closed=True)

_WEIGHTS = {
    NEW: 12,
    NEW_LEGAL: 4,
    ASSIGNED: 6,
    IN_PROGRESS: 9,
    PLANNED: 6,
    ASKED: 3,
    WAITING: 3,
    MERGED: 2,
    WITHDRAWN: 2,
    SPAM: 1,
    FRESH_DONE: 26,
    FRESH_ANSWERED: 12,
    FRESH_NOT_CONFIRMED: 3,
    DONE: 60,
    ANSWERED: 26,
    LEGAL_ANSWERED: 6,
    NOT_CONFIRMED: 7,
    DECLINED: 6,
    FORWARDED: 3,
}
# What must not be missing, however small the town. A merged case comes after one that it can be merged into.
_WANTED = (
    NEW_LEGAL, NEW, NEW, NEW_LEGAL, NEW, UNEXAMINED, PLANNED, MERGED, ASKED, WAITING, ASSIGNED, IN_PROGRESS, WITHDRAWN,
    SPAM, FRESH_DONE, DONE, ANSWERED, NOT_CONFIRMED, DECLINED, FORWARDED, *LEGAL_AT_WORK, *LEGAL_PASSED_ON,
)  # fmt: skip


def choose_endings(
    draw: random.Random, moments: Sequence[datetime], until: datetime, office: WorkLine
) -> list[Ending]:
    """One ending for each request, by when it came; the moments are in order, the oldest first."""
    ages = [Age(until - moment, office.between(moment, until)) for moment in moments]
    endings = [_one(draw, age) for age in ages]
    taken: set[int] = set()
    earliest = 0
    for wanted in _WANTED:
        after = earliest if wanted is MERGED else 0
        free = [i for i, age in enumerate(ages) if i >= after and i not in taken and wanted.is_possible(age)]
        if not free:
            continue
        # The newest are the first to wait for a dispatcher; a case to merge into comes early.
        place = (
            free[-1] if wanted.status == Status.NEW else free[0] if wanted is PLANNED else draw.choice(free)
        )
        endings[place] = wanted
        taken.add(place)
        earliest = place if wanted is PLANNED else earliest
    return endings


def _one(draw: random.Random, age: Age) -> Ending:
    possible = {ending: weight for ending, weight in _WEIGHTS.items() if ending.is_possible(age)}
    if not possible:
        # It came before a long holiday, and nobody has been at work since.
        return NEW
    return draw.choices(list(possible), weights=list(possible.values()))[0]
