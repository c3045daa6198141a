"""What the classifier's readings look like over time, and how often people corrected them. No personal data."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q, QuerySet
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Cast, TruncWeek

from cases.models import Prediction

WEEKS = 12
CORRECTION_DAYS = 90
#: Added to every share, so that a category which one week lacks does not make the measure endless.
_LEAST_SHARE = 0.001
#: Fewer readings than that say nothing about change.
_LEAST_READINGS = 50


@dataclass(frozen=True, slots=True)
class Week:
    """The readings of a week; a share of nothing is None.

    ``change``: how far its categories are from those of the weeks before, as the population stability index less what
    chance alone gives (below 0.1 steady, from 0.25 on another stream); None where either has too few readings.
    """

    begins: date
    readings: int
    certainty: float | None
    routed: float
    decided: int
    corrected: float | None
    change: float | None


@dataclass(frozen=True, slots=True)
class Corrections:
    """What people made of the readings that named a category: codes, and how often another was chosen."""

    code: str
    decided: int
    corrected: int
    usual: str
    usual_count: int

    @property
    def share(self) -> float:
        return self.corrected / self.decided


def weeks_until(at: datetime) -> list[Week]:
    """The last twelve weeks with readings, oldest first."""
    rows = (
        _with_top(Prediction.objects.filter(created_at__gte=at - timedelta(weeks=WEEKS)))
        .annotate(week=TruncWeek("created_at"))
        .values("week", "top")
        .annotate(
            readings=Count("id"),
            certainty=Avg("probability"),
            routed=Count("id", filter=Q(was_routed=True)),
            decided=Count("id", filter=Q(decided_at__isnull=False)),
            corrected=Count("id", filter=Q(decided_at__isnull=False) & _is_corrected()),
        )
        .order_by("week", "top")
    )
    by_week: dict[datetime, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_week[row["week"]].append(row)
    before: Counter[str] = Counter()
    weeks = []
    for begins, parts in by_week.items():
        counts = Counter({str(part["top"]): part["readings"] for part in parts})
        weeks.append(_week(begins.date(), parts, _stability_index(counts, before)))
        before += counts
    return weeks


def corrections_until(at: datetime) -> list[Corrections]:
    """Of the last ninety days, by the category that was read: how many were decided and corrected, worst first."""
    rows = (
        _with_top(
            Prediction.objects.filter(
                decided_at__isnull=False, created_at__gte=at - timedelta(days=CORRECTION_DAYS)
            )
        )
        .exclude(top=None)
        .values_list("top", "decided_category__code")
        .annotate(count=Count("id"))
    )
    chosen: dict[str, Counter[str]] = defaultdict(Counter)
    for top, code, count in rows:
        chosen[top][code or ""] += count
    return sorted(
        (_corrections(top, counts) for top, counts in chosen.items()),
        key=lambda found: (-found.corrected, found.code),
    )


def _with_top(readings: QuerySet[Prediction]) -> QuerySet[Any]:
    """With the category that was read and its probability as columns."""
    return readings.annotate(
        top=KT("suggestions__0__code"),
        probability=Cast(KeyTextTransform("probability", KeyTextTransform("0", "suggestions")), FloatField()),
    )


def _is_corrected() -> Q:
    return Q(decided_category__isnull=True) | ~Q(decided_category__code=F("top"))


def _week(begins: date, parts: list[Mapping[str, Any]], change: float | None) -> Week:
    def total(name: str) -> Any:
        return sum(part[name] for part in parts)

    sure = [part for part in parts if part["certainty"] is not None]
    counted = sum(part["readings"] for part in sure)
    return Week(
        begins=begins,
        readings=total("readings"),
        certainty=sum(part["certainty"] * part["readings"] for part in sure) / counted if counted else None,
        routed=total("routed") / total("readings"),
        decided=total("decided"),
        corrected=total("corrected") / total("decided") if total("decided") else None,
        change=change,
    )


def _stability_index(counts: Counter[str], before: Counter[str]) -> float | None:
    now, then = counts.total(), before.total()
    if min(now, then) < _LEAST_READINGS:
        return None
    codes = {*counts, *before}
    shares = ((counts[code] / now + _LEAST_SHARE, before[code] / then + _LEAST_SHARE) for code in codes)
    by_chance = (len(codes) - 1) * (1 / now + 1 / then)
    return max(0.0, sum((new - old) * log(new / old) for new, old in shares) - by_chance)


def _corrections(code: str, counts: Counter[str]) -> Corrections:
    others = Counter({other: count for other, count in counts.items() if other != code})
    usual, usual_count = min(others.items(), key=lambda item: (-item[1], item[0]), default=("", 0))
    return Corrections(code, counts.total(), others.total(), usual, usual_count)
