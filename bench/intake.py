"""Reports by web form through the running product, 16 connections, limits lifted, worker off and on.

Beside it the bare limit: the same rows, one transaction each, by the bare driver in the same run. Aim: a report
costs at most 4 times the bare limit. Everything is measured three times in turn, and the best of each counts.
``WEB_PROCESSES`` says how many web processes share the port (1 as ``./run`` does).
"""

import http.client
import os
import socket
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
from bench._product import WEB_PROCESSES, pause, serving, web_cpu_seconds

CONNECTIONS = 16
REPORTS = 480
BARE = 480
ROUNDS = 3
TABLES = ("cases_case", "cases_caseparticipant", "cases_message", "cases_caseevent", "cases_eventwork")
TEXT = "Duża dziura w jezdni przy przejściu dla pieszych, samochody ją omijają."
Rows = dict[str, list[dict[str, Any]]]


def measure(_state: Path) -> Figures:
    """Reports a second without and with a worker beside, and the same rows by the driver alone."""
    with serving() as address:
        django.setup()
        pause("worker", going_on=False)
        post_many(address, CONNECTIONS * 4)
        before = web_cpu_seconds()
        bare, without = [], []
        for number in range(ROUNDS):
            without.append(post_many(address, REPORTS))
            bare.append(write_bare(rows_of_one_report(), number * BARE))
        spent = web_cpu_seconds() - before
        forget_what_waits()
        pause("worker", going_on=True)
        beside = [post_many(address, REPORTS) for _ in range(ROUNDS)]
    return {
        "web_processes": WEB_PROCESSES,
        "load_average": round(os.getloadavg()[0], 1),
        "web_cpu_ms_per_report": round(1000 * spent / (REPORTS * ROUNDS), 2),
        "bare_per_second": rounded(bare),
        "worker_off_per_second": rounded(without),
        "worker_on_per_second": rounded(beside),
        "ratio_worker_off": round(max(bare) / max(without), 2),
        "ratio_worker_on": round(max(bare) / max(beside), 2),
    }


def rounded(figures: list[float]) -> list[float]:
    return [round(figure, 1) for figure in figures]


def forget_what_waits() -> None:
    """Take away what came while the worker stood still: it shall work on the reports that come beside it."""
    from cases.models import EventWork

    EventWork.objects.all().delete()


def post_many(address: str, count: int) -> float:
    """Post reports over all connections at once; returns how many a second were accepted."""
    host = urlsplit(address).netloc
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        prepared = list(pool.map(lambda _: requests(host, count // CONNECTIONS), range(CONNECTIONS)))
        started = time.perf_counter()
        list(pool.map(lambda some: send(host, some), prepared))
        return count / (time.perf_counter() - started)


def requests(host: str, count: int) -> list[bytes]:
    """One browser that opened the form and sends it again and again, each time as a new report.

    Written out beforehand: the client has to leave the cores to the product.
    """
    connection = http.client.HTTPConnection(host, timeout=60)
    connection.request("GET", "/report/")
    answer = connection.getresponse()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    cookie = "; ".join(text.split(";", 1)[0] for text in cookies)
    page = answer.read().decode()
    connection.close()
    csrf = page.split('name="csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    return [request(host, cookie, csrf, number) for number in range(count)]


def request(host: str, cookie: str, csrf: str, number: int) -> bytes:
    fields = {
        "csrfmiddlewaretoken": csrf,
        "token": str(uuid.uuid4()),
        "description": f"{TEXT} ({number})",
        "address": "ul. Dworcowa 3",
        "name": "Ana",
        "email": f"ana.{uuid.uuid4().hex[:8]}@example.org",
        "language": "pl",
        "privacy_version": "2-draft",
    }
    body = urlencode(fields).encode()
    head = (
        f"POST /report/ HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send(host: str, prepared: list[bytes]) -> None:
    """Send each request after the answer to the one before, over one connection."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for one in prepared:
            connection.sendall(one)
            answer = connection.recv(65536)
            # A redirect has no body, so its head is all of it.
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 302"), answer[:200]


def rows_of_one_report() -> Rows:
    """All rows that the last report left behind, by table, as the driver sees them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT MAX(id) FROM cases_case WHERE source_key LIKE 'web:%'")
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


def write_bare(rows: Rows, first: int) -> float:
    """Write the same rows again and again, one transaction each; returns how many reports a second."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return timed(1, first, sqlite_writer(rows))
    return timed(CONNECTIONS, first, postgresql_writer(rows))


def timed(threads: int, first: int, write: Callable[[int], None]) -> float:
    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(write, range(first, first + BARE)))
        return BARE / (time.perf_counter() - started)


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
