"""The embedded channel layer: processes on one machine reach each other through a small SQLite file.

One thread per process looks into the file for all channels of the process. Sockets only ever wait in memory.
"""

import asyncio
import os
import secrets
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import structlog
from channels.exceptions import ChannelFull
from channels.layers import BaseChannelLayer

from contact_centre.live.message_file import Letter, Message, MessageFile

logger = structlog.get_logger(__name__)

POLL_SECONDS = 0.1
TIDY_SECONDS = 10
RETRY_SECONDS = 1
Result = TypeVar("Result")


@dataclass(slots=True)
class Waiter:
    """A coroutine that waits for the next message of a channel, in whichever event loop it runs."""

    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Message]"


@dataclass(slots=True)
class Box:
    """What has arrived for one channel and who waits there."""

    letters: deque[Letter] = field(default_factory=deque)
    waiters: deque[Waiter] = field(default_factory=deque)


class Boxes:
    """The channels of one process, in memory; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boxes: dict[str, Box] = {}

    def take_or_wait(self, channel: str, waiter: Waiter) -> Message | None:
        """The oldest message that is still fresh; without one the waiter is queued."""
        with self._lock:
            box = self._boxes.setdefault(channel, Box())
            while box.letters:
                letter = box.letters.popleft()
                if letter.expires > time.time():
                    return letter.message
            box.waiters.append(waiter)
            return None

    def forget(self, channel: str, waiter: Waiter) -> None:
        """Take back a waiter that gave up."""
        with self._lock:
            box = self._boxes.get(channel)
            if box and waiter in box.waiters:
                box.waiters.remove(waiter)

    def deliver(self, letter: Letter, *, first: bool = False) -> None:
        """Hand a message to whoever waits for it, or keep it until someone does."""
        with self._lock:
            box = self._boxes.setdefault(letter.channel, Box())
            while box.waiters:
                waiter = box.waiters.popleft()
                try:
                    waiter.loop.call_soon_threadsafe(self._hand_over, letter, waiter)
                except RuntimeError:  # that loop is closed: the next one in the queue, or the shelf
                    continue
                return
            if first:
                box.letters.appendleft(letter)
            else:
                box.letters.append(letter)

    def _hand_over(self, letter: Letter, waiter: Waiter) -> None:
        if waiter.future.done():
            self.deliver(letter, first=True)
        else:
            waiter.future.set_result(letter.message)

    def shared_and_awaited(self) -> list[str]:
        """Channels without an owner, once for each coroutine that waits there."""
        with self._lock:
            boxes = [
                (channel, len(box.waiters)) for channel, box in self._boxes.items() if "!" not in channel
            ]
        return [channel for channel, count in boxes for _ in range(count)]

    def empty(self) -> None:
        """Forget every message; who waits goes on waiting."""
        with self._lock:
            for box in self._boxes.values():
                box.letters.clear()

    def drop_stale(self) -> None:
        """Forget channels that nobody waits at and whose messages are all too old."""
        now = time.time()
        with self._lock:
            for channel, box in list(self._boxes.items()):
                while box.letters and box.letters[0].expires <= now:
                    box.letters.popleft()
                if not box.letters and not box.waiters:
                    del self._boxes[channel]


class DatabaseChannelLayer(BaseChannelLayer):
    """Channels' layer contract (send, receive, groups, flush) on an SQLite file; messages are JSON.

    ``send`` raises ``ChannelFull``; ``group_send`` passes over members that are full.
    """

    extensions = ("groups", "flush")

    def __init__(
        self, path: str | Path, *, expiry: int = 60, capacity: int = 1000, group_expiry: int = 86400
    ) -> None:
        super().__init__(expiry=expiry, capacity=capacity)
        self.path = Path(path)
        self.group_expiry = group_expiry
        self._start_lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._owner = f"specific.{secrets.token_hex(8)}!"
        self._boxes = Boxes()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="channel-layer")
        self._written: MessageFile | None = None
        self._poller: threading.Thread | None = None

    async def send(self, channel: str, message: Message) -> None:
        """Leave a message for one channel."""
        self.require_valid_channel_name(channel)
        if not await self._write(
            lambda file: file.put(channel, message, expiry=self.expiry, capacity=self.get_capacity(channel))
        ):
            raise ChannelFull(channel)

    async def receive(self, channel: str) -> Message:
        """Wait for the next message of a channel. Cancelling loses nothing."""
        self.require_valid_channel_name(channel)
        self._survive_fork()
        self._start_poller()
        loop = asyncio.get_running_loop()
        waiter = Waiter(loop, loop.create_future())
        message = self._boxes.take_or_wait(channel, waiter)
        if message is not None:
            return message
        try:
            return await waiter.future
        except asyncio.CancelledError:
            self._boxes.forget(channel, waiter)
            if waiter.future.done() and not waiter.future.cancelled():
                letter = Letter(channel, waiter.future.result(), time.time() + self.expiry)
                self._boxes.deliver(letter, first=True)
            raise

    async def new_channel(self) -> str:
        """The name of a channel that only this process reads."""
        self._survive_fork()
        return f"{self._owner}{secrets.token_hex(8)}"

    async def group_add(self, group: str, channel: str) -> None:
        """Make a channel a member of a group."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        await self._write(lambda file: file.join(group, channel, expiry=self.group_expiry))

    async def group_discard(self, group: str, channel: str) -> None:
        """End a channel's membership."""
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        await self._write(lambda file: file.leave(group, channel))

    async def group_send(self, group: str, message: Message) -> None:
        """Leave a message for every member of a group."""
        self.require_valid_group_name(group)
        await self._write(
            lambda file: file.put_group(group, message, expiry=self.expiry, capacity=self.capacity)
        )

    async def flush(self) -> None:
        """Forget all messages and groups, for every process."""
        await self._write(lambda file: file.clear())
        self._boxes.empty()

    async def _write(self, work: Callable[[MessageFile], Result]) -> Result:
        self._survive_fork()
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._written_by, work)

    def _written_by(self, work: Callable[[MessageFile], Result]) -> Result:
        if self._written is None:
            self._written = MessageFile(self.path)
        return work(self._written)

    def _survive_fork(self) -> None:
        """A forked child has neither our threads nor a right to our connection: it begins anew."""
        if self._pid != os.getpid():
            self._begin()

    def _start_poller(self) -> None:
        with self._start_lock:
            if self._poller is None:
                self._poller = threading.Thread(target=self._poll, name="channel-layer-poller", daemon=True)
                self._poller.start()

    def _poll(self) -> None:
        while True:
            try:
                self._watch(MessageFile(self.path))
            except sqlite3.Error:
                logger.exception("channel_layer_file_failed")
                time.sleep(RETRY_SECONDS)

    def _watch(self, file: MessageFile) -> None:
        """Deliver what arrives, until the file fails."""
        tidied = 0.0
        while True:
            letters = file.take_all(self._owner)
            for channel in self._boxes.shared_and_awaited():
                letters += file.take_one(channel)
            for letter in letters:
                self._boxes.deliver(letter)
            if time.monotonic() - tidied > TIDY_SECONDS:
                tidied = time.monotonic()
                file.tidy([self._owner])
                self._boxes.drop_stale()
            time.sleep(POLL_SECONDS)
