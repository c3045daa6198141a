"""Expressions for reads whose cost must not grow with the table: both engines behind one small module."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    Expression,
    F,
    Func,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
)
from django.db.models.expressions import RawSQL

from cases.states import OPEN

# SQL of both engines, and its values.
Question = tuple[str, tuple[str | int, ...]]
_answers: ContextVar[Mapping[Question, bool]] = ContextVar("answers", default=MappingProxyType({}))


class IsOpen(Func):
    """``status IN (…)`` with the codes written out, as in the condition of the partial indexes.

    SQLite does not look into bound parameters for that, and without statistics it would rather sort all cases
    of six statuses than walk the queue's index: ``likely`` tells it that most rows pass.
    """

    output_field = BooleanField()
    template = f"%(expressions)s IN ({', '.join(repr(str(status)) for status in OPEN)})"

    def __init__(self) -> None:
        super().__init__(F("status"))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template=f"likely({self.template})", **context)


class RowCompare(Func):
    """``(queue_rank, received_at, id) > (…)``: one range of the queue's index, in either direction."""

    output_field = BooleanField()
    arity = 6

    def __init__(self, operator: str, rank: int, received_at: datetime, case_id: int) -> None:
        values: list[Expression] = [
            Value(rank, output_field=SmallIntegerField()),
            Value(received_at, output_field=DateTimeField()),
            Value(case_id, output_field=BigIntegerField()),
        ]
        super().__init__(F("queue_rank"), F("received_at"), F("id"), *values)
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, Any]:  # type: ignore[override]
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        columns, values = (", ".join(sql for sql, _ in half) for half in (parts[:3], parts[3:]))
        params = [param for _, own in parts for param in own]
        return f"({columns}) {self.operator} ({values})", params


def union_of_keys(querysets: Iterable[QuerySet[Any]]) -> RawSQL:
    """The keys of all rows of the querysets, for ``pk__in``. Each is a table of its own, so each may have a limit.

    Put together as text: Django's own union has to wrap each part in two more queries for SQLite, and takes longer to
    build them than the database to answer. Querysets that cannot have rows are left out.
    """
    parts: list[str] = []
    params: list[Any] = []
    for rows in querysets:
        try:
            sql, own = rows.values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) AS part")  # noqa: S608 - compiled by Django
        params += own
    return RawSQL(" UNION ALL ".join(parts) or "SELECT NULL WHERE 1 = 0", params)  # noqa: S611 - likewise


def capped_counts(querysets: Mapping[str, QuerySet[Any]], cap: int) -> dict[str, int]:
    """How many rows each queryset has, counting no further than ``cap`` + 1, in one statement."""
    counts = dict.fromkeys(querysets, 0)
    names: list[str] = []
    columns: list[str] = []
    params: list[Any] = []
    for name, rows in querysets.items():
        try:
            sql, own = rows.order_by().values("pk")[: cap + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        names.append(name)
        columns.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608 - compiled by Django
        params += own
    if names:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)}", params)
            counts |= dict(zip(names, cursor.fetchone(), strict=True))
    return counts


@contextmanager
def answered_together(questions: Iterable[Question]) -> Iterator[None]:
    """Ask in one statement what ``finds_a_row`` will be asked within; there it tells what was so at the beginning."""
    asked = list(dict.fromkeys(questions))
    columns = ", ".join(f"EXISTS ({sql})" for sql, _ in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for _, values in asked for value in values])
        found = map(bool, cursor.fetchone())
    token = _answers.set(dict(zip(asked, found, strict=True)))
    try:
        yield
    finally:
        _answers.reset(token)


def begins_with(field: str, prefix: str) -> Q:
    """Rows whose field begins so, found by its index: on PostgreSQL one for patterns, as others follow a language."""
    if connection.vendor == "sqlite":
        # Its LIKE uses no index.
        return Q((f"{field}__gte", prefix), (f"{field}__lt", _behind(prefix)))
    return Q((f"{field}__startswith", prefix))


def begins_in_sql(column: str, prefix: str) -> Question:
    """The same as a condition in SQL, for ``finds_a_row``."""
    if connection.vendor == "sqlite":
        return f"{column} >= %s AND {column} < %s", (prefix, _behind(prefix))
    return f"{column}::text LIKE %s", (f"{connection.ops.prep_for_like_query(prefix)}%",)


def _behind(prefix: str) -> str:
    """What comes right behind all that begins so, character by character."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def finds_a_row(question: str, *values: str | int) -> bool:
    """Whether a question in the SQL of both engines finds a row.

    For the few that are asked of every mail: Django takes ten times as long to put one together as the database to
    answer it.
    """
    known = _answers.get().get((question, values))
    if known is not None:
        return known
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone() is not None
