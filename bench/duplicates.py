"""Suggesting what was reported before, at 1,000,000 cases: milliseconds of server time, words and ranking included.

Aim: p95 at most 30 ms on both engines, for every way to ask and also where the most cases are.
"""

import os
import random
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from bench._engines import Figures, main, percentiles
from bench._product import manage

CASES = int(os.environ.get("BENCH_CASES", "1000000"))
# So many cases are made; the rest are copies of them.
MADE = 20_000
ROUNDS = 100
LIMIT_MS = 30.0
OPEN_SHARE = 0.10
# Half of all cases are of the last sixty days, as in a city that grows; the others reach back two years.
RECENT_MINUTES, OLDEST_MINUTES = 60 * 24 * 60, 730 * 24 * 60
_VOCABULARY = """
    dziura jezdnia droga latarnia nie świeci przystanek śmieci kosz przepełniony chodnik krzywy płyta drzewo gałąź
    złamana przejście pieszych niebezpieczne woda zalana studzienka zapadnięta pokrywa hałas nocą parkowanie wraki
    samochód plac zabaw huśtawka zepsuta pies bez smyczy dzikie wysypisko garaże opony gruz ławka zniszczona
    przed szkołą przy sklepie obok bloku naprzeciwko kościoła od tygodnia wczoraj wieczorem proszę o naprawę
"""


def measure(_state: Path) -> Figures:
    """Load once; then ask as dispatcher, handler, agent at the phone, and resident, at usual and at busy places."""
    manage("prepare")
    django.setup()
    busiest = load(CASES)
    figures: Figures = {"cases": CASES, "limit_ms": LIMIT_MS}
    for name, ask in _askers().items():
        for place, streets in (("anywhere", None), ("busiest_street", busiest)):
            figures[f"{name}.{place}"] = _time(ask, streets)
    figures["ratio"] = round(max(f["p95_ms"] for f in figures.values() if isinstance(f, dict)) / LIMIT_MS, 2)
    return figures


def load(count: int) -> int:
    """Bulk-load cases, a tenth of them open; a few streets have most of them. Returns the busiest street.

    The first are made one by one; the others are copies of them at other points, made by the database.
    """
    from django.db import connection
    from django.utils import timezone

    from cases.models import Case
    from routing.models import Category, Street

    draw, now = random.Random(7), timezone.now()
    categories = list(Category.objects.select_related("department"))
    streets = list(Street.objects.order_by("id"))
    weights = [1 / (rank + 1) for rank in range(len(streets))]
    rows = []
    for number in range(1, min(count, MADE) + 1):
        minutes = draw.randrange(1, RECENT_MINUTES if draw.random() < 0.5 else OLDEST_MINUTES)
        street = draw.choices(streets, weights)[0]
        rows.append(_case(number, draw, draw.choice(categories), street, now - timedelta(minutes=minutes)))
    Case.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        for copy in range(1, count // MADE):
            cursor.execute(_copying(copy))
        cursor.execute("ANALYZE")
    return streets[0].pk


def _copying(copy: int) -> str:
    """Copy the cases that were made, each under another number and at another point."""
    from cases.models import Case

    others = {
        "id": f"id + {copy * MADE}",
        "reference": f"reference || '-{copy}'",
        "source_key": f"source_key || ':{copy}'",
        "lat": f"lat + {copy / 1000 - 0.025}",
        "lon": f"lon + {copy / 700 - 0.035}",
    }
    names = [str(field.column) for field in Case._meta.concrete_fields]
    values = [others.get(name, name) for name in names]
    return f"INSERT INTO cases_case ({', '.join(names)}) SELECT {', '.join(values)} FROM cases_case WHERE id <= {MADE}"


def _case(number: int, draw: random.Random, category: Any, street: Any, received: Any) -> Any:
    from cases.models import Case
    from cases.models.references import make_reference
    from cases.states import OPEN

    is_open = draw.random() < OPEN_SHARE
    has_point = draw.random() < 0.5
    return Case(
        id=number,
        reference=make_reference(number, received.year),
        source_key=f"bench:{number}",
        channel=draw.choice(["WEB", "EMAIL", "PHONE"]),
        kind=category.kind,
        category=category,
        department=category.department,
        status=draw.choice(OPEN) if is_open else "CLOSED",
        outcome="" if is_open else "DONE",
        subject=f"Case {number}",
        description=text(draw),
        language="pl",
        address=f"{street} {draw.randrange(1, 80)}",
        street=street,
        area_id=street.district_id,
        # A city of about 15 km by 12 km.
        lat=52.16 + draw.random() * 0.13 if has_point else None,
        lon=18.18 + draw.random() * 0.18 if has_point else None,
        is_public=category.may_be_public,
        is_restricted=False,
        received_at=received,
        updated_at=received,
        resolved_at=None if is_open else received + timedelta(days=3),
    )


def text(draw: random.Random) -> str:
    """Some sixty words: longer than most reports."""
    return " ".join(draw.choices(_VOCABULARY.split(), k=60)).capitalize()


def _askers() -> dict[str, Callable[[Any], Sequence[Any]]]:
    from cases.actors import staff
    from cases.queries.duplicates import duplicates_for_resident, duplicates_for_staff
    from routing.models import User

    def of(username: str) -> Callable[[Any], Sequence[Any]]:
        user = User.objects.get(username=username)
        by = staff(user)
        return lambda draft: duplicates_for_staff(draft, user, by)

    people = {name: of(name) for name in ("dispatcher", "handler", "agent")}
    return people | {"resident": duplicates_for_resident}


def _time(ask: Callable[[Any], Sequence[Any]], street_id: int | None) -> dict[str, float]:
    """Percentiles over drafts that differ in words, place and category.

    Beside them the processor time of the asking process alone, which a busy machine hardly changes.
    """
    from cases.models import Case
    from cases.queries.neighbours import neighbours

    draw = random.Random(11)
    drafts = [_draft(draw, street_id) for _ in range(ROUNDS + 5)]
    for draft in drafts[:5]:
        ask(draft)
    taken, worked, found = [], [], 0
    for draft in drafts[5:]:
        started, had_worked = time.perf_counter(), time.process_time()
        found += len(ask(draft))
        taken.append(time.perf_counter() - started)
        worked.append(time.process_time() - had_worked)
    near = sum(len(neighbours(draft, Case.objects.all())) for draft in drafts[:10]) / 10
    own = percentiles(worked)["p95_ms"]
    return percentiles(taken) | {
        "own_cpu_p95_ms": own,
        "candidates": near,
        "suggested": round(found / ROUNDS, 1),
    }


def _draft(draw: random.Random, street_id: int | None) -> Any:
    from django.utils import timezone

    from cases.queries.neighbours import Draft
    from routing.models import Category, Street

    streets = Street.objects.filter(pk=street_id) if street_id else Street.objects.all()
    street = draw.choice(list(streets))
    return Draft(
        text=text(draw),
        language="pl",
        received_at=timezone.now(),
        category_id=draw.choice(list(Category.objects.filter(is_public=True, is_sensitive=False))).pk,
        street_id=street.pk,
        area_id=street.district_id,
        address=f"{street} {draw.randrange(1, 80)}",
        lat=52.16 + draw.random() * 0.13,
        lon=18.18 + draw.random() * 0.18,
    )


if __name__ == "__main__":
    main("duplicates", measure)
