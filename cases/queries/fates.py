"""What became of the machine's readings lately, in numbers that everybody may know: sums alone, nothing of a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet

from cases.models import Prediction

#: Fewer cases say nothing about the machine, and might say something about a case.
LEAST_CASES = 50
DAYS = (30, 90)
_CACHE_KEY = "cases.fates"
_CACHE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.whole


@dataclass(frozen=True, slots=True)
class Fates:
    """Of the requests that were read in the last so many days; None where a share would stand on fewer than 50 cases.

    ``passed_on``: those that the machine passed on by itself, of all. ``corrected``: those of them to which a person
    gave another topic later, or which she found to be no case. ``first_chosen``: of those for which a person chose
    the topic herself, how often it was the one that the machine had named first.
    """

    days: int
    passed_on: Share | None
    corrected: Share | None
    first_chosen: Share | None

    @property
    def has_figures(self) -> bool:
        return self.passed_on is not None


def fates_lately(at: datetime) -> tuple[Fates, ...]:
    """For the last 30 and the last 90 days; looked up at most once an hour, for all languages and processes."""
    kept: tuple[Fates, ...] | None = cache.get(_CACHE_KEY)
    if kept is None:
        kept = count_fates(at)
        cache.set(_CACHE_KEY, kept, _CACHE_SECONDS)
    return kept


def count_fates(at: datetime) -> tuple[Fates, ...]:
    """The same, counted now."""
    begins = {days: at - timedelta(days=days) for days in DAYS}
    read = Prediction.objects.filter(created_at__gte=min(begins.values()))
    chosen = Q(decided_by_ending=False, decided_category__isnull=False)
    what = {
        "read": Q(),
        "passed_on": Q(was_routed=True),
        "corrected": Q(was_routed=True, was_corrected=True),
        "chosen": chosen,
    }
    counted = _counted(read, begins, what) | _counted(
        read.filter(chosen, decided_category__code=F("first_code")), begins, {"first_chosen": Q()}
    )
    return tuple(_fates(days, counted) for days in DAYS)


def _counted(
    rows: QuerySet[Prediction], begins: Mapping[int, datetime], what: Mapping[str, Q]
) -> dict[str, int]:
    """How many rows of each period fulfil each condition, by name and days."""
    wanted: dict[str, Any] = {
        f"{name}_{days}": Count("id", filter=Q(created_at__gte=begin) & condition)
        for name, condition in what.items()
        for days, begin in begins.items()
    }
    return rows.aggregate(**wanted)


def _fates(days: int, counted: Mapping[str, int]) -> Fates:
    def share(part: str, whole: str) -> Share | None:
        found = Share(counted[f"{part}_{days}"], counted[f"{whole}_{days}"])
        return found if found.whole >= LEAST_CASES else None

    return Fates(
        days, share("passed_on", "read"), share("corrected", "passed_on"), share("first_chosen", "chosen")
    )
