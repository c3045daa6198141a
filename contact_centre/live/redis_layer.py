"""The channel layer of Redis, with an end to a page's listening that comes whenever it is asked for.

In Python 3.11 ``asyncio.wait_for`` returns what it waited for and forgets that it was cancelled when both happen at
once (bpo-37658), and redis-py waits so while it connects. A page that was closed in that moment was listened for until
the server stopped.
"""

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer

SECONDS_BETWEEN_CANCELS = 0.05


class RedisLayer(RedisChannelLayer):  # type: ignore[misc]
    """As channels_redis, but a cancelled ``receive`` ends."""

    async def receive(self, channel: str) -> dict[str, Any]:
        """Wait for the next message of a channel."""
        task = asyncio.ensure_future(super().receive(channel))
        try:
            message: dict[str, Any] = await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                task.cancel()
                await asyncio.wait([task], timeout=SECONDS_BETWEEN_CANCELS)
            # Whoever listened has gone: what came of it in the end is nobody's any more.
            await asyncio.gather(task, return_exceptions=True)
            raise
        return message
