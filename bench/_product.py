"""The product as it runs, for benches that knock on its door."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 180
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", "1"))


def manage(*words: str) -> None:
    """One management command, quietly."""
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving() -> Iterator[str]:
    """Prepare and serve in the environment as it is; gives the address once it is ready."""
    manage("prepare")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--web", str(WEB_PROCESSES)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def pause(name: str, *, going_on: bool) -> None:
    """Stop or continue a program of the running product: all processes whose command has the word."""
    number = signal.SIGCONT if going_on else signal.SIGSTOP
    for pid in _processes(name):
        os.kill(pid, number)


def web_cpu_seconds() -> float:
    """Processor time that the web program has taken so far, all its processes together."""
    [leader] = {os.getsid(pid) for pid in _processes("contact_centre.asgi:application")}
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _processes(word: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if word.encode() in command.split(b"\0") and os.environ["VAR_DIR"].encode() in environment:
            found.append(int(entry.name))
    return found


def _wait(address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(f"{address} was not ready in {READY_SECONDS} s")
