"""Many lives at once in one order of time: what happens first is written first, so ids rise with time everywhere."""

from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

# Says when its next act comes, and acts when it is resumed.
Life = Iterator[datetime]


class Clock:
    """Resumes each life at the moment that it named, the earliest first; equal moments in the order of naming."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Life]] = []
        self._numbers = count()

    def add(self, life: Life) -> None:
        """Let a life begin; it may also come from within another one."""
        at = next(life, None)
        if at is not None:
            heappush(self._waiting, (at, next(self._numbers), life))

    def run(self) -> None:
        """Until every life has ended."""
        while self._waiting:
            self.add(heappop(self._waiting)[2])
