"""Waking a worker for a row that is already written. When nobody can be woken, the sweep finds the row."""

from collections import defaultdict
from typing import Any

import structlog
from celery import Task
from kombu.exceptions import OperationalError

from cases.hints import crier

log = structlog.get_logger(__name__)
# Few enough that a crowd is shared among the workers and ends long before the time limit of a task.
ROWS_PER_MESSAGE = 10


def wake(task: "Task[..., None]", row_id: int) -> None:
    """Send the row's id to the task's queue; a broker that is away is noted and nothing is lost."""
    try:
        task.delay(row_id)
    except (OSError, OperationalError) as error:
        _note(task, [row_id], error)


def wake_after_commit(task: "Task[..., None]", row_id: int) -> None:
    """Have the row's id sent without waiting for the broker. The task takes several ids: a crowd is one message."""
    crier.hand_over(_wake_all, (task, row_id))


def _wake_all(rows: "list[tuple[Task[..., None], int]]") -> None:
    ids_of: dict[Any, list[int]] = defaultdict(list)
    for task, row_id in rows:
        ids_of[task].append(row_id)
    for task, ids in ids_of.items():
        for start in range(0, len(ids), ROWS_PER_MESSAGE):
            together = ids[start : start + ROWS_PER_MESSAGE]
            try:
                task.delay(*together)
            except (OSError, OperationalError) as error:
                _note(task, together, error)


def _note(task: "Task[..., None]", row_ids: list[int], error: Exception) -> None:
    log.warning("worker_not_woken", task=task.name, row_ids=row_ids, error=type(error).__name__)
