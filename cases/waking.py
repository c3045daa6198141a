"""Waking a worker for a row that is already written. When nobody can be woken, the sweep finds the row."""

import structlog
from celery import Task
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake(task: "Task[[int], None]", row_id: int) -> None:
    """Send the row's id to the task's queue; a broker that is away is noted and nothing is lost."""
    try:
        task.delay(row_id)
    except (OSError, OperationalError) as error:
        log.warning("worker_not_woken", task=task.name, row_id=row_id, error=type(error).__name__)
