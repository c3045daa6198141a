"""First page of the queue with its counters, at 10,000 and 100,000 cases: milliseconds of server time and statements.

Aim: at most 12 statements; t(100 k) at most 1.3 x t(10 k); p95 at most 60 ms on PostgreSQL.
"""

import random
import time
from datetime import timedelta
from pathlib import Path

import django

from bench._engines import Figures, main, percentiles
from bench._product import manage

SMALL, LARGE = 10_000, 100_000
ROUNDS = 60
OPEN_SHARE = 0.10


def measure(_state: Path) -> Figures:
    """Load, measure, load more, measure again; for the dispatcher who sees all and the handler of one department."""
    manage("prepare")
    django.setup()
    figures: Figures = {}
    load(0, SMALL)
    small = {name: time_queue(name) for name in ("dispatcher", "handler", "agent")}
    load(SMALL, LARGE)
    for name, before in small.items():
        after = time_queue(name)
        ratio = round(after["p50_ms"] / before["p50_ms"], 2)
        figures[name] = {"at_10k": before, "at_100k": after, "ratio": ratio}
    return figures


def load(start: int, end: int) -> None:
    """Bulk-load cases: a tenth of them open, spread over categories and departments."""
    from django.db import connection
    from django.utils import timezone

    from cases.models import Case
    from cases.models.codes import URGENCY_RANK
    from cases.models.references import make_reference
    from cases.states import OPEN
    from routing.models import Category, Urgency

    draw = random.Random(start)
    now = timezone.now()
    categories = list(Category.objects.select_related("department"))
    rows = []
    for number in range(start + 1, end + 1):
        category = draw.choice(categories)
        is_open = draw.random() < OPEN_SHARE
        urgency = draw.choices(list(Urgency), weights=[90, 8, 2])[0]
        received = now - timedelta(minutes=draw.randrange(1, 500_000))
        rows.append(
            Case(
                id=number,
                reference=make_reference(number, received.year),
                source_key=f"bench:{number}",
                channel=draw.choice(["WEB", "EMAIL", "PHONE"]),
                kind=category.kind,
                category=category,
                department=category.department,
                status=draw.choice(OPEN) if is_open else "CLOSED",
                outcome="" if is_open else "DONE",
                urgency=urgency,
                queue_rank=URGENCY_RANK[urgency],
                subject=f"Case {number} about {category.code}",
                description="A hole in the road next to the bus stop. " * 3,
                language="pl",
                address="ul. Dworcowa 3",
                is_restricted=False,
                received_at=received,
                updated_at=received,
                resolved_at=None if is_open else received + timedelta(days=3),
                promise_due_at=received + timedelta(days=5),
            )
        )
    Case.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def time_queue(username: str) -> dict[str, float]:
    """Percentiles of the page through Django's whole stack, and how many statements it takes."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from routing.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=username))
    client.get("/desk/")
    with CaptureQueriesContext(connection) as statements:
        answer = client.get("/desk/")
    assert answer.status_code == 200, answer.status_code
    # Counted now: the requests below empty the log.
    count = len(statements)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        client.get("/desk/")
        taken.append(time.perf_counter() - started)
    return percentiles(taken) | {"statements": count}


if __name__ == "__main__":
    main("queue", measure)
