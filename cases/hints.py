"""What is said after a commit and may be lost: the rows are the record, a hint only saves somebody a wait.

Said at once by whoever caused it, or, in a process that called ``start``, by one thread of its own, so that no page
waits for a broker. That thread says together what came together.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.db import close_old_connections

log = structlog.get_logger(__name__)

Say = Callable[[list[Any]], None]
MOST_WAITING = 10_000
MOST_TOGETHER = 200
# After a hint the thread rests: the first goes out at once, and a crowd goes out in few messages. Ten times a second
# is more than a person sees, and half the work of twenty.
REST_SECONDS = 0.1


class Crier:
    """Hands hints over to whoever says them: at once, or in a thread once it was started."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[tuple[Say, Any]] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.Runner | None = None

    def start(self) -> None:
        """From now on the hints of this process are said by a thread; it ends with the process."""
        if self._thread is None:
            self._waiting = queue.Queue(MOST_WAITING)
            self._thread = threading.Thread(target=self._cry, name="hints", daemon=True)
            self._thread.start()

    def hand_over(self, say: Say, hint: Any) -> None:
        """Have ``say`` called with a list that holds the hint. With a thread it never waits and never raises."""
        if self._waiting is None:
            say([hint])
            return
        try:
            self._waiting.put_nowait((say, hint))
        except queue.Full:
            log.warning("hint_dropped", hint=say.__name__)

    def run(self, work: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        """Run a coroutine for ``say``: in the thread always in the same loop, so that connections live on."""
        if threading.current_thread() is not self._thread:
            async_to_sync(work)(*args)
            return
        if self._loop is None:
            self._loop = asyncio.Runner()
        self._loop.run(work(*args))

    def _cry(self) -> None:
        while True:
            for say, hints in self._take().items():
                close_old_connections()
                try:
                    say(hints)
                except Exception:
                    # A broker or a database that is away: the next hint may find it back.
                    log.exception("hints_not_said", hint=say.__name__, count=len(hints))
            close_old_connections()
            time.sleep(REST_SECONDS)

    def _take(self) -> dict[Say, list[Any]]:
        """Wait for a hint and take all that have come, by who says them."""
        assert self._waiting is not None
        say, hint = self._waiting.get()
        taken = {say: [hint]}
        for _ in range(min(self._waiting.qsize(), MOST_TOGETHER)):
            say, hint = self._waiting.get()
            taken.setdefault(say, []).append(hint)
        return taken


crier = Crier()
