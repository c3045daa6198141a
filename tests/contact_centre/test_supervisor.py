"""The supervisor restarts what dies and leaves nothing behind, whoever is killed and however."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from contact_centre.supervisor import (
    LONGEST_PAUSE_SECONDS,
    PATIENCE_SECONDS,
    AlreadyRunning,
    Child,
    Program,
    fresh_log,
    only_one,
)
from tests.contact_centre.processes import descendants, end, environment, living, until

pytestmark = pytest.mark.embedded

SUPERVISED = """
import os, sys
from pathlib import Path
from contact_centre.supervisor import Program, Supervisor

commands = {"first": "sleep 1000 & wait", "second": sys.argv[2]}
programs = [
    Program(name, ["sh", "-c", command], dict(os.environ), Path(sys.argv[1]) / f"{name}.log")
    for name, command in commands.items()
]
patience = float(sys.argv[3])
Supervisor(programs, lambda text: print(text, flush=True), lambda: None, patience).run()
print("stopped", flush=True)
"""


@pytest.fixture
def supervise(tmp_path):
    """Start a supervisor over two small programs, the second one given."""
    started = []

    def start(second: str = "exec sleep 1000", patience: float = PATIENCE_SECONDS) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISED, str(tmp_path), second, str(patience)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.BASE_DIR,
            env=environment(PYTHONPATH=str(settings.BASE_DIR)),
        )
        started.append(process)
        return process

    yield start
    for process in started:
        end({process.pid} | descendants(process.pid))
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signal_ends_everything(supervise, number):
    process = supervise()
    assert until(lambda: len(descendants(process.pid)) == 3)
    family = descendants(process.pid)
    process.send_signal(number)
    assert process.wait(10) == 0
    assert living(family) == set()


def test_child_that_ignores_the_signal_is_killed_in_time(supervise):
    process = supervise("trap '' TERM; while :; do sleep 1; done", patience=1)
    assert until(lambda: len(descendants(process.pid)) == 4)
    family = descendants(process.pid)
    began = time.monotonic()
    process.terminate()
    assert process.wait(10) == 0
    assert 1 <= time.monotonic() - began < PATIENCE_SECONDS
    assert living(family) == set()
    # Everything ends within ten seconds, as promised, also with the patience of every day.
    assert PATIENCE_SECONDS <= 8


def test_killed_supervisor_takes_its_children_with_it(supervise):
    process = supervise()
    assert until(lambda: len(descendants(process.pid)) == 3)
    children = {pid for pid in descendants(process.pid) if os.getpgid(pid) == pid}
    process.kill()
    assert until(lambda: not living(children), 5)


def test_killed_child_is_replaced_and_its_own_children_are_ended(supervise):
    process = supervise()
    assert until(lambda: len(descendants(process.pid)) == 3)
    before = descendants(process.pid)
    (shell,) = {pid for pid in before if len(descendants(pid)) == 1}
    orphan = descendants(shell)
    os.kill(shell, signal.SIGKILL)
    assert "first ended with -9; starting it again" in process.stdout.readline()
    assert until(lambda: len(descendants(process.pid)) == 3)
    assert living({shell} | orphan) == set()


def test_child_that_keeps_dying_is_started_ever_more_slowly(supervise):
    process = supervise("exit 3")
    pauses = [process.stdout.readline().rpartition(" in ")[2] for _ in range(3)]
    assert pauses == ["0.5 s\n", "1 s\n", "2 s\n"]


def test_pause_has_a_limit(tmp_path):
    child = Child(Program("p", ["true"], {}, tmp_path / "log"), started_at=float("inf"))
    assert [child.plan_restart() for _ in range(10)][-1] == LONGEST_PAUSE_SECONDS


def test_only_one_process_works_with_a_directory(tmp_path):
    with only_one(tmp_path), pytest.raises(AlreadyRunning, match=str(os.getpid())), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass


def test_large_log_is_put_aside(tmp_path):
    log = tmp_path / "logs" / "web.log"
    assert fresh_log(log) == log
    log.write_bytes(b"x" * (6 * 1024 * 1024))
    fresh_log(log)
    assert not log.exists()
    assert (tmp_path / "logs" / "web.log.1").stat().st_size == 6 * 1024 * 1024
