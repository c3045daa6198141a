"""A mail server that a test answers for, in a thread of its own."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Session(Protocol):
    """One client."""

    async def run(self) -> None: ...


@contextmanager
def listening(
    session: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Session],
    tls: ssl.SSLContext | None = None,
) -> Iterator[int]:
    """The port on which the server listens; each client has a session."""
    loop = asyncio.new_event_loop()
    ready: list[asyncio.Server] = []
    started = threading.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await session(reader, writer).run()

    async def start() -> None:
        ready.append(await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls))
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()
        ready[0].close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait(10)
    try:
        yield ready[0].sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
