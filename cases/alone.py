"""Writes of a single statement: the database commits it by itself, with fewer calls than a transaction around it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def committed_alone() -> Iterator[None]:
    """For exactly one statement, which is committed when the block ends, or changes nothing.

    As ``atomic(durable=True)`` it raises RuntimeError inside a transaction, where nothing would be committed yet. The
    transaction that a test runs in is none; there the statement gets a savepoint, so that it may fail.
    """
    if not connection.in_atomic_block:
        yield
        return
    with transaction.atomic(durable=True):
        yield
