"""The figures of daily work on the page for everybody, at 1,000,000 cases: counting them, and the page once they are
kept for an hour.

Aim: the page itself at most 50 ms (p95); counting, which meets one visitor in an hour, at most 1,000 ms.
"""

import os
import time
from pathlib import Path

import django

from bench._engines import Figures, main, percentiles
from bench._product import manage
from bench.duplicates import load

CASES = int(os.environ.get("BENCH_CASES", "1000000"))
COUNTS, PAGES = 5, 100
COUNT_LIMIT_MS, PAGE_LIMIT_MS = 1000.0, 50.0
# What one reading keeps beside its three categories: words with their places, findings.
_WORD = '{"text": "dziura", "start": 5, "end": 11, "share": 0.62}'
_FINDINGS = (
    '{"kind": {"kind": "REPORT", "probability": 0.9, "may_be_legal": false, "words": []}, '
    '"urgency": {"level": "NORMAL", "words": []}, "place": null, "noncase": null, '
    f'"reasons": [{_WORD}], "held": []}}'
)


def measure(_state: Path) -> Figures:
    """A reading for every case; the machine passed half of them on, people chose the topic of two fifths."""
    manage("prepare")
    django.setup()
    load(CASES)
    _read_all()
    figures: Figures = {"cases": CASES, "count": _time_count(), "page": _time_page()}
    ratios = (figures["count"]["p95_ms"] / COUNT_LIMIT_MS, figures["page"]["p95_ms"] / PAGE_LIMIT_MS)
    return figures | {"ratio": round(max(ratios), 2)}


def _read_all() -> None:
    """One event and one reading for each case, made by the database; every twentieth was passed on and corrected."""
    from django.db import connection

    def suggestion(code: str, probability: float) -> str:
        return (
            f"""'{{"code": "' || {code} || '", "probability": {probability}, "words": [{_WORD}, {_WORD}]}}'"""
        )

    first = "CASE WHEN c.id % 20 < 15 THEN k.code ELSE 'light' END"
    named = " || ', ' || ".join(
        [suggestion(first, 0.81), suggestion("'bus'", 0.1), suggestion("'tree'", 0.05)]
    )
    chosen, ended = "c.id % 5 IN (0, 1)", "c.id % 5 IN (2, 3)"
    json = "::jsonb" if connection.vendor == "postgresql" else ""
    yes, no = ("true", "false") if connection.vendor == "postgresql" else ("1", "0")
    joined = "FROM cases_case c JOIN routing_category k ON k.id = c.category_id"
    later = "c.received_at + interval '1 hour'" if json else "datetime(c.received_at, '+1 hour')"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_caseevent (case_id, kind, schema, payload, case_version, actor_kind, occurred_at, "
            f"recorded_at) SELECT c.id, 'TRIAGED', 1, ('{{}}'){json}, 1, 'SYSTEM', c.received_at, c.received_at "
            f"{joined}"
        )
        cursor.execute(
            "INSERT INTO cases_prediction (case_id, event_id, model_version, language, suggestions, first_code, "
            "findings, reasons, was_routed, decided_category_id, decided_kind, decided_urgency, decided_noncase, "
            "decided_by_ending, was_corrected, decided_at, created_at) "
            f"SELECT c.id, e.id, 'm-1', 'pl', ('[' || {named} || ']'){json}, {first}, "
            f"('{_FINDINGS}'){json}, ('[]'){json}, CASE WHEN c.id % 2 = 0 THEN {yes} ELSE {no} END, "
            f"CASE WHEN {chosen} OR {ended} THEN c.category_id END, '', '', '', "
            f"CASE WHEN {ended} THEN {yes} ELSE {no} END, "
            f"CASE WHEN {chosen} AND c.id % 20 >= 15 THEN {yes} ELSE {no} END, "
            f"CASE WHEN {chosen} OR {ended} THEN {later} END, c.received_at "
            f"{joined} JOIN cases_caseevent e ON e.case_id = c.id AND e.kind = 'TRIAGED'"
        )
        # PostgreSQL reads counts from an index alone where its own cleaning has passed.
        cursor.execute("VACUUM ANALYZE cases_prediction" if json else "ANALYZE")


def _time_count() -> dict[str, float]:
    from django.utils import timezone

    from cases.queries.fates import count_fates

    taken = []
    for _ in range(COUNTS):
        started = time.perf_counter()
        found = count_fates(timezone.now())
        taken.append(time.perf_counter() - started)
    share = found[-1].passed_on
    return percentiles(taken) | {"read_in_90_days": share.whole if share else 0}


def _time_page() -> dict[str, float]:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    taken = []
    for _ in range(PAGES + 1):
        started = time.perf_counter()
        answer = client.get("/how-requests-are-sorted/")
        taken.append(time.perf_counter() - started)
        assert answer.status_code == 200, answer.status_code
    return percentiles(taken[1:])


if __name__ == "__main__":
    main("sorting", measure)
