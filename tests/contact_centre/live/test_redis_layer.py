"""The channel layer of Redis: listening ends when it should."""

import asyncio

import pytest
from channels.layers import channel_layers

from contact_centre.live.redis_layer import RedisLayer

pytestmark = pytest.mark.redis
WAIT = 3
#: The first message is waited for after that many turns of the loop, the connections included.
TURNS = 80


async def cancelled_after(turns: int) -> bool:
    """Whether listening that begins with no connection, and is cancelled so many turns later, comes to its end."""
    layer = channel_layers.make_backend("default")
    assert isinstance(layer, RedisLayer)
    task = asyncio.ensure_future(layer.receive(await layer.new_channel()))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=WAIT)
    has_ended = task.cancelled()
    while not task.done():
        task.cancel()
        await asyncio.sleep(0.05)
    await layer.close_pools()
    return has_ended


async def test_a_page_that_goes_at_any_moment_is_listened_for_no_longer():
    assert [turns for turns in range(TURNS) if not await cancelled_after(turns)] == []
