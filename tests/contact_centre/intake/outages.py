"""A database that goes away while a mail is taken in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection


@contextmanager
def failing_at(statement: int) -> Iterator[list[int]]:
    """The database goes away at the n-th statement, once. Gives how many there were so far."""
    seen = [0]

    def is_hit(_sql: str) -> bool:
        seen[0] += 1
        return seen[0] == statement

    with _failing(is_hit):
        yield seen


@contextmanager
def keeping_nothing() -> Iterator[None]:
    """No raw message can be inserted."""
    with _failing(lambda sql: "intake_rawmessage" in sql and sql.startswith("INSERT")):
        yield


@contextmanager
def _failing(is_hit: Callable[[str], bool]) -> Iterator[None]:
    def execute(run, sql, params, many, context):
        if is_hit(sql):
            raise OperationalError("the database went away")
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield
