"""Which open cases lie near in space and time: found by three partial indexes, whose cost does not grow with the table.

Who asks says which cases she may see; this module never widens that.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Left

from cases.models import Case
from cases.models.case_set import CaseQuerySet
from cases.queries.sql import IsOpen
from classifiers.similarity import MOST_CHARACTERS
from routing.models import Kind

#: What is compared by its words is at most this.
MOST = 120
#: Of each way the newest so many are looked at, whoever asks; among them are those that she may see.
LOOKED_AT = 600
NEAR_METRES = 150.0
DAYS = 30
_METRES_IN_DEGREE = 111_320.0
# What is, or may be, a matter of law is never joined with anything: it is no duplicate.
_NO_LAW = Q(is_restricted=False, kind__in=["", *(kind.value for kind in Kind if not kind.is_legal)])
_COLUMNS = (
    "pk",
    "subject",
    "words",
    "language",
    "category_id",
    "street_id",
    "street__name",
    "area_id",
    "address",
    "house_number",
    "lat",
    "lon",
    "received_at",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What others like it are looked for: a case, or what somebody is writing down. ``case_id`` is left out."""

    text: str
    language: str
    received_at: datetime
    category_id: int | None = None
    street_id: int | None = None
    area_id: int | None = None
    address: str = ""
    house_number: str = ""
    lat: float | None = None
    lon: float | None = None
    case_id: int | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An open case near by, with the beginning of its words."""

    case_id: int
    subject: str
    words: str
    language: str
    category_id: int | None
    street_id: int | None
    street: str | None
    area_id: int | None
    address: str
    house_number: str
    lat: float | None
    lon: float | None
    received_at: datetime

    @property
    def text(self) -> str:
        return self.words if self.subject in self.words else f"{self.subject}\n{self.words}"

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


def draft_of(case: Case) -> Draft:
    """A case as something that others are compared with."""
    text = case.description if case.subject in case.description else f"{case.subject}\n{case.description}"
    return Draft(
        text=text,
        language=case.language,
        received_at=case.received_at,
        category_id=case.category_id,
        street_id=case.street_id,
        area_id=case.area_id,
        address=case.address,
        house_number=case.house_number,
        lat=case.lat,
        lon=case.lon,
        case_id=case.pk,
    )


def neighbours(draft: Draft, cases: CaseQuerySet, *, days: int = DAYS) -> list[Neighbour]:
    """Of these cases the open ones near the draft: on its street, within 150 m, or in its district on its subject.

    At most 120, the newest of each way first; received at most so many days before or after.
    """
    around = timedelta(days=days)
    near_in_time = Q(received_at__gte=draft.received_at - around, received_at__lte=draft.received_at + around)
    near = Case.objects.filter(IsOpen(), _NO_LAW, near_in_time).exclude(pk=draft.case_id or 0)
    shown = cases.annotate(words=Left("description", MOST_CHARACTERS)).order_by("-received_at")
    found: dict[int, Neighbour] = {}
    for way in _ways(draft):
        left = MOST - len(found)
        if left <= 0:
            break
        # Walked in the order of the index and cut off: no filter on top can lead the database another way.
        newest = near.filter(way).order_by("-received_at").values("pk")[:LOOKED_AT]
        rows = shown.filter(pk__in=newest).values_list(*_COLUMNS)[:left]
        found |= {row[0]: Neighbour(*row) for row in rows}
    return list(found.values())


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points of one city, as on flat ground."""
    north = (one[0] - other[0]) * _METRES_IN_DEGREE
    east = (one[1] - other[1]) * _METRES_IN_DEGREE * math.cos(math.radians(one[0]))
    return math.hypot(north, east)


def _ways(draft: Draft) -> Iterator[Q]:
    """One condition for each index: an OR of them would be served by none."""
    if draft.street_id is not None:
        yield Q(street_id=draft.street_id)
    if draft.point is not None:
        yield _box(*draft.point)
    if draft.area_id is not None and draft.category_id is not None:
        yield Q(area_id=draft.area_id, category_id=draft.category_id)


def _box(lat: float, lon: float) -> Q:
    """The square around the circle: its corners are cut off when the metres are counted."""
    north = NEAR_METRES / _METRES_IN_DEGREE
    east = north / max(0.01, math.cos(math.radians(lat)))
    return Q(lat__gte=lat - north, lat__lte=lat + north, lon__gte=lon - east, lon__lte=lon + east)
