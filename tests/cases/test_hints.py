"""Hints: said at once, or by a thread that says together what came together."""

import asyncio
import threading
import time
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from kombu.exceptions import OperationalError

from cases import waking
from cases.hints import Crier
from cases.tasks import triage_case

SECONDS = 5


class Listener:
    """Keeps what is said; the first time it holds the thread until it is let go."""

    def __init__(self) -> None:
        self.said: list[list[Any]] = []
        self.in_thread: list[str] = []
        self.began, self.may_go_on = threading.Event(), threading.Event()

    def say(self, hints: list[Any]) -> None:
        self.said.append(hints)
        self.in_thread.append(threading.current_thread().name)
        self.began.set()
        assert self.may_go_on.wait(SECONDS)


@pytest.fixture
def crier() -> Crier:
    crier = Crier()
    crier.start()
    return crier


def everything_said(crier: Crier) -> None:
    """Hand over a last hint and wait for it; again while the queue is full."""
    done, until = threading.Event(), time.monotonic() + SECONDS
    while not done.wait(SECONDS / 100) and time.monotonic() < until:
        crier.hand_over(lambda _: done.set(), None)
    assert done.is_set()


def test_without_a_thread_a_hint_is_said_before_hand_over_returns():
    listener = Listener()
    listener.may_go_on.set()

    Crier().hand_over(listener.say, "now")

    assert listener.said == [["now"]]


def test_with_a_thread_nobody_waits_and_a_crowd_is_said_together_and_in_order(crier):
    listener = Listener()
    crier.hand_over(listener.say, 1)
    assert listener.began.wait(SECONDS)
    for number in (2, 3, 4):
        crier.hand_over(listener.say, number)
    assert listener.said == [[1]]

    listener.may_go_on.set()
    everything_said(crier)

    assert listener.said == [[1], [2, 3, 4]]
    assert set(listener.in_thread) == {"hints"}


def test_what_cannot_be_said_stops_nothing(crier):
    heard: list[Any] = []

    def fail(_: list[Any]) -> None:
        raise OperationalError("no broker")

    crier.hand_over(fail, 1)
    crier.hand_over(heard.extend, 2)
    everything_said(crier)

    assert heard == [2]


def test_a_full_queue_drops_the_hint_and_holds_nobody_up(crier, monkeypatch):
    monkeypatch.setattr("cases.hints.MOST_WAITING", 1)
    small, listener = Crier(), Listener()
    small.start()
    small.hand_over(listener.say, 1)
    assert listener.began.wait(SECONDS)

    small.hand_over(listener.say, 2)
    small.hand_over(listener.say, 3)
    listener.may_go_on.set()
    everything_said(small)

    assert listener.said == [[1], [2]]


def test_the_thread_runs_all_coroutines_in_one_loop(crier):
    loops: list[int] = []

    async def note() -> None:
        loops.append(id(asyncio.get_running_loop()))

    for _ in range(2):
        crier.hand_over(lambda _: crier.run(note), None)
        everything_said(crier)

    assert len(loops) == 2
    assert len(set(loops)) == 1


async def test_without_the_thread_a_coroutine_runs_in_the_loop_that_is_there(crier):
    loops: list[Any] = []

    async def note() -> None:
        loops.append(asyncio.get_running_loop())

    await sync_to_async(crier.run)(note)

    assert loops == [asyncio.get_running_loop()]


def test_a_crowd_of_rows_is_few_messages_and_a_broker_that_is_away_is_no_error(crier, monkeypatch):
    sent: list[tuple[int, ...]] = []

    def apply_async(args: tuple[int, ...], headers: dict[str, Any]) -> None:
        sent.append(args)
        if len(sent) == 1:
            raise OperationalError("no broker")

    monkeypatch.setattr(triage_case, "apply_async", apply_async)
    monkeypatch.setattr(waking, "crier", crier)
    holder = Listener()
    crier.hand_over(holder.say, None)
    assert holder.began.wait(SECONDS)

    for row_id in range(waking.ROWS_PER_MESSAGE + 5):
        waking.wake_after_commit(triage_case, row_id)
    holder.may_go_on.set()
    everything_said(crier)

    assert sent == [tuple(range(10)), tuple(range(10, 15))]
