"""Reports by web form through the running product, 16 connections, limits lifted, worker off and on.

Beside it the bare limit: the same rows, one transaction each, by the bare driver in the same run. Aim: a report
costs at most 4 times the bare limit.
"""

import http.client
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import django

from bench._engines import Figures, main
from bench._product import pause, serving

CONNECTIONS = 16
REPORTS = 640
BARE = 640
TABLES = ("cases_case", "cases_caseparticipant", "cases_message", "cases_caseevent", "cases_eventwork")
TEXT = "Duża dziura w jezdni przy przejściu dla pieszych, samochody ją omijają."
Rows = dict[str, list[dict[str, Any]]]


def measure(_state: Path) -> Figures:
    """Reports a second without and with a worker beside, and the same rows by the driver alone."""
    with serving() as address:
        post_many(address, CONNECTIONS * 2)
        pause("worker", going_on=False)
        without = post_many(address, REPORTS)
        django.setup()
        bare = write_bare(rows_of_one_report())
        pause("worker", going_on=True)
        beside = post_many(address, REPORTS)
    return {
        "bare_per_second": round(bare, 1),
        "worker_off_per_second": round(without, 1),
        "worker_on_per_second": round(beside, 1),
        "ratio_worker_off": round(bare / without, 2),
        "ratio_worker_on": round(bare / beside, 2),
    }


def post_many(address: str, count: int) -> float:
    """Post reports over all connections at once; returns how many a second were accepted."""
    host = urlsplit(address).netloc
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _: post_some(host, count // CONNECTIONS), range(CONNECTIONS)))
        return count / (time.perf_counter() - started)


def post_some(host: str, count: int) -> None:
    """One browser: it opens the form once and sends it again and again, each time as a new report."""
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/report/")
    answer = connection.getresponse()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    cookie = "; ".join(text.split(";", 1)[0] for text in cookies)
    page = answer.read().decode()
    csrf = page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    for number in range(count):
        fields = {
            "csrfmiddlewaretoken": csrf,
            "token": str(uuid.uuid4()),
            "description": f"{TEXT} ({number})",
            "address": "ul. Dworcowa 3",
            "name": "Ana",
            "email": f"ana.{uuid.uuid4().hex[:8]}@example.org",
            "language": "pl",
            "privacy_version": "1-draft",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Host": host}
        connection.request("POST", "/report/", urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 302, answer.status
    connection.close()


def rows_of_one_report() -> Rows:
    """All rows that the last report left behind, by table, as the driver sees them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM cases_case")
        case_id = cursor.fetchone()[0]
        where = {
            "cases_case": f"id = {case_id}",
            "cases_eventwork": f"event_id IN (SELECT id FROM cases_caseevent WHERE case_id = {case_id})",
        }
        found: Rows = {}
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} WHERE {where.get(table, f'case_id = {case_id}')}")
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def write_bare(rows: Rows) -> float:
    """Write the same rows again and again, one transaction each; returns how many reports a second."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return timed(1, BARE, sqlite_writer(rows))
    return timed(CONNECTIONS, BARE, postgresql_writer(rows))


def timed(threads: int, count: int, write: Callable[[int], None]) -> float:
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(write, range(count)))
        return count / (time.perf_counter() - started)


def sqlite_writer(rows: Rows) -> Callable[[int], None]:
    """SQLite has one writer at a time, so one connection is its best."""
    import sqlite3

    from django.db import connection

    handle = sqlite3.connect(
        connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False, timeout=20
    )
    handle.execute("PRAGMA journal_mode=WAL")
    handle.execute("PRAGMA synchronous=FULL")
    handle.execute("PRAGMA foreign_keys=ON")

    def write(number: int) -> None:
        handle.execute("BEGIN IMMEDIATE")
        insert_all(lambda sql, values: handle.execute(sql, values).fetchone()[0], rows, number, "?")
        handle.execute("COMMIT")

    return write


def postgresql_writer(rows: Rows) -> Callable[[int], None]:
    """One connection for each thread, as the product has."""
    import psycopg
    from django.db import connection
    from psycopg.types.json import Jsonb

    settings = connection.settings_dict
    local = threading.local()
    adapted = {
        table: [{k: Jsonb({}) if k == "payload" else v for k, v in row.items()} for row in found]
        for table, found in rows.items()
    }

    def write(number: int) -> None:
        if not hasattr(local, "handle"):
            local.handle = psycopg.connect(
                host=settings["HOST"], dbname=settings["NAME"], user=settings["USER"], autocommit=False
            )
        handle = local.handle
        insert_all(lambda sql, values: handle.execute(sql, values).fetchone()[0], adapted, number, "%s")
        handle.commit()

    return write


def insert_all(run: Callable[[str, list[Any]], int], rows: Rows, number: int, mark: str) -> None:
    """The rows of one report with keys of their own."""
    ids: dict[str, int] = {}
    for table, found in rows.items():
        for row in found:
            fresh = renewed(table, row, ids, number)
            names = ", ".join(f'"{name}"' for name in fresh)
            marks = ", ".join([mark] * len(fresh))
            ids[table] = run(
                f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id", list(fresh.values())
            )


def renewed(table: str, row: dict[str, Any], ids: dict[str, int], number: int) -> dict[str, Any]:
    """The row without its id, with unique values and the ids of the rows written before it."""
    links = {
        "case_id": ids.get("cases_case"),
        "author_participant_id": ids.get("cases_caseparticipant"),
        "actor_participant_id": ids.get("cases_caseparticipant"),
        "event_id": ids.get("cases_caseevent"),
        "reference": f"BARE-{number}",
        "source_key": f"bare:{table}:{number}",
    }
    return {name: links.get(name) or value for name, value in row.items() if name != "id"}


if __name__ == "__main__":
    main("intake", measure)
