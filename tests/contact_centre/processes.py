"""Looking at other processes through /proc, for tests that start and kill them."""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PATIENCE_SECONDS = 30


def parents() -> dict[int, int]:
    """Every living process with its parent; zombies are not living."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            found[int(stat.parent.name)] = int(parent)
    return found


def descendants(pid: int) -> set[int]:
    """All living processes below one."""
    family, known = {pid}, parents()
    grown = True
    while grown:
        children = {child for child, parent in known.items() if parent in family} - family
        family |= children
        grown = bool(children)
    return family - {pid}


def command_of(pid: int) -> str:
    """The command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def living(pids: set[int]) -> set[int]:
    """Those that still live."""
    return pids & set(parents())


def end(pids: set[int]) -> None:
    """Kill processes that a test started; some may be gone already."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> bool:
    """Wait for a condition; False when the time is over first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def environment(**changes: str) -> dict[str, str]:
    """The environment of the suite, without its settings of the test, plus changes."""
    kept = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    return kept | changes


def embedded(directory: Path, **changes: str) -> dict[str, str]:
    """The environment of an embedded product in a directory of its own, whatever engine the suite runs on."""
    services = ("DATABASE_URL", "CELERY_BROKER_URL", "CHANNEL_LAYER_URL", "CACHE_URL", "EMAIL_URL")
    variables = environment(VAR_DIR=str(directory), DJANGO_SETTINGS_MODULE="contact_centre.settings.embedded")
    return {name: value for name, value in variables.items() if name not in services} | changes


def free_port() -> int:
    """A port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
