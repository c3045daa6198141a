"""The embedded channel layer keeps Channels' contract, also between processes and event loops."""

import asyncio
import json
import os
import subprocess
import sys
import time

import pytest
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull

from contact_centre.live.layer import DatabaseChannelLayer
from contact_centre.live.message_file import READER_SECONDS, MessageFile

WAIT = 5


@pytest.fixture
def path(tmp_path):
    return tmp_path / "live.sqlite3"


@pytest.fixture
def layer(path):
    return DatabaseChannelLayer(path)


async def received(layer, channel):
    return await asyncio.wait_for(layer.receive(channel), WAIT)


async def silent(layer, channel):
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(layer.receive(channel), 0.4)
    return True


async def test_messages_arrive_in_order(layer):
    channel = await layer.new_channel()
    for number in range(20):
        await layer.send(channel, {"type": "n", "number": number})
    assert [(await received(layer, channel))["number"] for _ in range(20)] == list(range(20))


async def test_waiting_receiver_is_woken(layer):
    channel = await layer.new_channel()
    waiting = asyncio.create_task(received(layer, channel))
    await asyncio.sleep(0.3)
    await layer.send(channel, {"type": "late"})
    assert await waiting == {"type": "late"}


async def test_group_reaches_members_and_nobody_else(layer):
    member, former, stranger = [await layer.new_channel() for _ in range(3)]
    await layer.group_add("cases", member)
    await layer.group_add("cases", former)
    await layer.group_discard("cases", former)
    await layer.group_send("cases", {"type": "changed", "id": 7})
    assert await received(layer, member) == {"type": "changed", "id": 7}
    assert await silent(layer, former)
    assert await silent(layer, stranger)


async def test_joining_twice_delivers_once(layer):
    channel = await layer.new_channel()
    await layer.group_add("cases", channel)
    await layer.group_add("cases", channel)
    await layer.group_send("cases", {"type": "once"})
    await received(layer, channel)
    assert await silent(layer, channel)


async def test_two_layers_on_one_file_reach_each_other(path):
    web, other = DatabaseChannelLayer(path), DatabaseChannelLayer(path)
    channel = await web.new_channel()
    await web.group_add("cases", channel)
    await other.group_send("cases", {"type": "hello"})
    assert await received(web, channel) == {"type": "hello"}


async def test_each_message_of_a_shared_channel_goes_to_one_reader(path):
    layers = [DatabaseChannelLayer(path) for _ in range(2)]
    for number in range(6):
        await layers[0].send("jobs", {"type": "job", "number": number})
    got = await asyncio.gather(*(received(layers[number % 2], "jobs") for number in range(6)))
    assert sorted(message["number"] for message in got) == list(range(6))


async def test_full_channel_refuses_and_group_passes_over_it(path):
    layer = DatabaseChannelLayer(path, capacity=2)
    await layer.group_add("cases", "shelf")
    await layer.send("shelf", {"type": "a"})
    await layer.send("shelf", {"type": "b"})
    with pytest.raises(ChannelFull):
        await layer.send("shelf", {"type": "c"})
    await layer.group_send("cases", {"type": "d"})
    assert [(await received(layer, "shelf"))["type"] for _ in range(2)] == ["a", "b"]
    assert await silent(layer, "shelf")


async def test_old_messages_are_not_delivered(path):
    layer = DatabaseChannelLayer(path, expiry=0)
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "old"})
    assert await silent(layer, channel)


async def test_cancelled_receiver_loses_nothing(layer):
    channel = await layer.new_channel()
    for number in range(30):
        await layer.send(channel, {"type": "n", "number": number})
    got: list[int] = []
    while len(got) < 30:
        waiting = asyncio.create_task(layer.receive(channel))
        await asyncio.sleep(0.011 * (len(got) % 3))
        waiting.cancel()
        try:
            got.append((await waiting)["number"])
        except asyncio.CancelledError:
            got.append((await received(layer, channel))["number"])
    assert got == list(range(30))


async def test_flush_forgets_messages_and_groups(layer):
    channel = await layer.new_channel()
    await layer.group_add("cases", channel)
    await layer.send(channel, {"type": "a"})
    await layer.flush()
    await layer.group_send("cases", {"type": "b"})
    assert await silent(layer, channel)


@pytest.mark.parametrize("name", ["with space", "", "x" * 101])
async def test_bad_names_are_refused(layer, name):
    with pytest.raises(TypeError):
        await layer.send(name, {"type": "a"})


async def test_messages_come_from_threads_with_loops_of_their_own(layer):
    channel = await layer.new_channel()
    await layer.group_add("cases", channel)
    await asyncio.gather(
        *(asyncio.to_thread(async_to_sync(layer.group_send), "cases", {"type": "n"}) for _ in range(8))
    )
    assert [await received(layer, channel) for _ in range(8)] == [{"type": "n"}] * 8


def test_one_layer_serves_two_loops_after_each_other(layer):
    async def talk(word):
        channel = await layer.new_channel()
        await layer.send(channel, {"type": word})
        return await received(layer, channel)

    assert [asyncio.run(talk(word))["type"] for word in ("first", "second")] == ["first", "second"]


def test_loop_that_closed_while_waiting_does_not_stop_the_others(layer):
    async def give_up():
        waiting = asyncio.create_task(layer.receive("jobs"))
        await asyncio.sleep(0.01)
        waiting.cancel()

    async def work():
        await layer.send("jobs", {"type": "job"})
        return await received(layer, "jobs")

    asyncio.run(give_up())
    assert asyncio.run(work()) == {"type": "job"}


async def test_groups_of_a_process_that_is_gone_are_forgotten(path, layer):
    channel = await layer.new_channel()
    await layer.group_add("cases", channel)
    file = MessageFile(path)
    owner = channel[: channel.index("!") + 1]
    file._connection.execute("INSERT INTO reader VALUES (?, ?)", (owner, time.time() - READER_SECONDS - 1))
    file.tidy([])
    await layer.group_send("cases", {"type": "a"})
    assert file.take_all(owner) == []
    file.close()


OTHER_PROCESS = """
import asyncio, json, sys
from contact_centre.live.layer import DatabaseChannelLayer

async def answer(path):
    layer = DatabaseChannelLayer(path)
    mine = await layer.new_channel()
    await layer.group_add("answerers", mine)
    print("joined", flush=True)
    question = await asyncio.wait_for(layer.receive(mine), 10)
    for number in range(question["times"]):
        await layer.group_send("askers", {"type": "answer", "number": number})

asyncio.run(answer(sys.argv[1]))
"""


async def test_two_processes_talk_both_ways_within_a_second(path, layer):
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert other.stdout is not None
    try:
        assert await asyncio.to_thread(other.stdout.readline) == b"joined\n"
        mine = await layer.new_channel()
        await layer.group_add("askers", mine)
        started = time.monotonic()
        await layer.group_send("answerers", {"type": "question", "times": 50})
        numbers = [(await received(layer, mine))["number"] for _ in range(50)]
        assert numbers == list(range(50))
        assert time.monotonic() - started < 1.5
        assert await asyncio.to_thread(other.wait, 10) == 0
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


FORKED = """
import asyncio, json, os, sys
from contact_centre.live.layer import DatabaseChannelLayer

layer = DatabaseChannelLayer(sys.argv[1])

async def talk():
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "n"})
    await asyncio.wait_for(layer.receive(channel), 5)
    return channel.partition("!")[0]

before = asyncio.run(talk())
if os.fork() == 0:
    after = asyncio.run(talk())
    print(json.dumps(before != after), flush=True)
    os._exit(0)
os.wait()
"""


def test_forked_child_begins_anew(path):
    done = subprocess.run(
        [sys.executable, "-c", FORKED, str(path)],
        capture_output=True,
        timeout=20,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert json.loads(done.stdout) is True
