"""Waking a worker for a row that is already written. When nobody can be woken, the sweep finds the row."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import Task, current_task
from kombu.exceptions import OperationalError

from cases.hints import crier

log = structlog.get_logger(__name__)
# Few enough that a crowd is shared among the workers and ends long before the time limit of a task.
ROWS_PER_MESSAGE = 10
# The header of a message that names, by row, the request behind it.
REQUEST_IDS = "request_ids"


def wake(task: "Task[..., None]", row_id: int) -> None:
    """Send the row's id to the task's queue; a broker that is away is noted and nothing is lost."""
    try:
        task.delay(row_id)
    except (OSError, OperationalError) as error:
        _note(task, [row_id], error)


def wake_after_commit(task: "Task[..., None]", row_id: int) -> None:
    """Have the row's id sent without waiting for the broker. The task takes several ids: a crowd is one message.

    The id of the request that wrote the row goes along, for the worker's log.
    """
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    crier.hand_over(_wake_all, (task, row_id, request_id))


@contextmanager
def on_behalf_of(row_id: int) -> Iterator[None]:
    """In a task that was woken for the row: log lines carry the id of the request that wrote it, where one did."""
    headers: dict[str, Any] = current_task.request.headers or {}
    request_id = headers.get(REQUEST_IDS, {}).get(str(row_id))
    with structlog.contextvars.bound_contextvars(**({"request_id": request_id} if request_id else {})):
        yield


def _wake_all(rows: "list[tuple[Task[..., None], int, str | None]]") -> None:
    rows_of: dict[Any, list[tuple[int, str | None]]] = defaultdict(list)
    for task, row_id, request_id in rows:
        rows_of[task].append((row_id, request_id))
    for task, found in rows_of.items():
        for start in range(0, len(found), ROWS_PER_MESSAGE):
            _wake_together(task, found[start : start + ROWS_PER_MESSAGE])


def _wake_together(task: "Task[..., None]", rows: list[tuple[int, str | None]]) -> None:
    ids = [row_id for row_id, _ in rows]
    headers: dict[str, Any] = {REQUEST_IDS: {str(row_id): said for row_id, said in rows if said}}
    try:
        task.apply_async(args=tuple(ids), headers=headers)
    except (OSError, OperationalError) as error:
        _note(task, ids, error)


def _note(task: "Task[..., None]", row_ids: list[int], error: Exception) -> None:
    log.warning("worker_not_woken", task=task.name, row_ids=row_ids, error=type(error).__name__)
