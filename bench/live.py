"""A change on one side, the message on another browser's socket: p50 and p95 over 200 open sockets."""

import asyncio
import json
import time
from pathlib import Path

import django
import websockets

from bench._engines import Figures, main, percentiles
from bench._product import serving

SOCKETS = 200
CHANGES = 30
PAUSE = 0.3
# Until triage has said what it thinks of the case, so that only our changes are heard.
SETTLE = 5


def measure(_state: Path) -> Figures:
    """Open the sockets of signed-in people, change a case again and again, and note when each socket hears of it."""
    with serving() as address:
        django.setup()
        return asyncio.run(listen(address, sign_in(), open_one()))


async def listen(address: str, cookie: str, case_id: int) -> Figures:
    """Percentiles over all sockets and changes, and the share of messages that came."""
    url = address.replace("http", "ws") + "/ws/desk/"
    headers = {"Cookie": f"sessionid={cookie}", "Origin": address}
    sockets = [await websockets.connect(url, additional_headers=headers) for _ in range(SOCKETS)]
    await asyncio.sleep(SETTLE)
    loop = asyncio.get_running_loop()
    version = await loop.run_in_executor(None, version_of, case_id)
    taken: list[float] = []
    for number in range(CHANGES):
        # Only the message of this very change counts: earlier ones may still lie in the socket.
        wanted = version + number + 1
        started = time.perf_counter()
        waiting = [asyncio.create_task(_heard(socket, wanted, started)) for socket in sockets]
        await loop.run_in_executor(None, change, case_id, number)
        heard = await asyncio.gather(*waiting)
        taken += [seconds for seconds in heard if seconds is not None]
        await asyncio.sleep(PAUSE)
    for socket in sockets:
        await socket.close()
    return percentiles(taken) | {"sockets": SOCKETS, "heard": round(len(taken) / (SOCKETS * CHANGES), 4)}


async def _heard(socket: websockets.ClientConnection, wanted: int, started: float) -> float | None:
    try:
        async with asyncio.timeout(5):
            while json.loads(await socket.recv())["version"] != wanted:
                pass
    except TimeoutError:
        return None
    return time.perf_counter() - started


def version_of(case_id: int) -> int:
    from django.db import connection

    from cases.models import Case

    version = Case.objects.values_list("version", flat=True).get(pk=case_id)
    connection.close()
    return version


def sign_in() -> str:
    """The session cookie of a dispatcher."""
    from django.test import Client

    from routing.models import User

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username="dispatcher"))
    return client.cookies["sessionid"].value


def open_one() -> int:
    from django.utils import timezone

    from cases.actors import resident
    from cases.models import Channel
    from cases.services.intake import Report, Reporter, open_case

    now = timezone.now()
    report = Report(
        source_key="bench:live",
        channel=Channel.WEB,
        description="A lamp is out",
        received_at=now,
        reporter=Reporter(phone="+48 632 000 000"),
    )
    return open_case(report, by=resident(None), at=now).pk


def change(case_id: int, number: int) -> None:
    """One message of the desk: lock, save with a new version, event, commit, push."""
    from django.db import connection
    from django.utils import timezone

    from cases.actors import staff
    from cases.services.conversation import send_message
    from routing.models import User

    by = staff(User.objects.get(username="dispatcher"))
    send_message(case_id=case_id, body=f"Message {number}", by=by, at=timezone.now())
    connection.close()


if __name__ == "__main__":
    main("live", measure)
