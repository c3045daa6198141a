"""Runs a few long-lived processes as children: restarts what dies, leaves nothing behind when it ends itself."""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
TICK_SECONDS = 0.2
PATIENCE_SECONDS = 7
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_SECONDS = 30
LOG_BYTES = 5 * 1024 * 1024


class AlreadyRunning(Exception):
    """Another process works with the same state directory."""


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the state directory for this process. Raises ``AlreadyRunning``, which names the other process."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (directory / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            message = f"Already running: process {lock.read().strip()} works with {directory}. Stop it first."
            raise AlreadyRunning(message) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, what it is called and where its output goes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path


@dataclass(slots=True)
class Child:
    """One program and its current process; the pause before a restart doubles while it keeps dying young."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    pause: float = field(default=FIRST_PAUSE_SECONDS)

    def start(self) -> None:
        """Start the process in a group of its own, so that a Ctrl-C in the terminal reaches us alone."""
        parent = os.getpid()
        with self.program.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the commands are written in this project
                self.program.command,
                env=dict(self.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: die_with(parent),  # noqa: PLW1509 - no thread runs in the supervisor
            )
        self.started_at = time.monotonic()

    def is_dead(self) -> bool:
        """Whether there is no process, or it has ended."""
        return self.process is None or self.process.poll() is not None

    def plan_restart(self) -> float:
        """Decide when to start again; return the seconds until then."""
        now = time.monotonic()
        if now - self.started_at > HEALTHY_SECONDS:
            self.pause = FIRST_PAUSE_SECONDS
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        self.restart_at = now + pause
        return pause

    def send(self, number: int) -> None:
        """Signal the process alone; it looks after its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """End whatever is left of the process and its children."""
        if self.process is None:
            return
        with suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Supervisor:
    """Keeps programs running until it is told to stop by SIGTERM, SIGINT or SIGHUP."""

    def __init__(
        self,
        programs: Sequence[Program],
        say: Callable[[str], object],
        each_tick: Callable[[], object],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """``patience``: so many seconds the programs have to end when they are told to."""
        self.children = [Child(program) for program in programs]
        self.say = say
        self.each_tick = each_tick
        self.patience = patience
        self.stopping = threading.Event()

    def run(self) -> None:
        """Start everything and stay until a signal comes; then end everything within ten seconds."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for child in self.children:
                child.start()
            while not self.stopping.wait(TICK_SECONDS):
                for child in self.children:
                    self._look_after(child)
                self.each_tick()
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: object) -> None:
        self.stopping.set()

    def _look_after(self, child: Child) -> None:
        if not child.is_dead():
            return
        if child.process is not None:
            code = child.process.returncode
            child.kill_group()
            pause = child.plan_restart()
            self.say(f"{child.program.name} ended with {code}; starting it again in {pause:g} s")
        if time.monotonic() >= child.restart_at:
            child.start()

    def _stop_all(self) -> None:
        for child in self.children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and not all(child.is_dead() for child in self.children):
            time.sleep(TICK_SECONDS / 4)
        for child in self.children:
            child.kill_group()


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent dies, however it dies (Linux; elsewhere only politely)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


def fresh_log(path: Path) -> Path:
    """The path itself; a log that has grown large is put aside as ``.1`` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(path.suffix + ".1"))
    return path
