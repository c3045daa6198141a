"""The script ``run`` itself: what it says, and that ``reset`` forgets the right directory only."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

RUN = Path(settings.BASE_DIR) / "run"
WORDS = ("test", "check", "bench", "seed", "reset", "manage", "help")


def run(*words: str, var: Path | str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHON": sys.executable, "VAR_DIR": str(var)}
    return subprocess.run(
        [str(RUN), *words], cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=30
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory as the product leaves it."""
    directory = tmp_path / "state"
    directory.mkdir()
    (directory / "serve.lock").write_text("1")
    (directory / "db.sqlite3").write_text("")
    return directory


def test_help_names_every_word():
    done = run("help")
    assert done.returncode == 0
    assert all(f"./run {word}" in done.stdout for word in WORDS)


def test_an_unknown_word_is_refused_with_the_help():
    done = run("nonsense")
    assert done.returncode != 0
    assert "unknown word: nonsense" in done.stderr
    assert "./run help" in done.stderr


def test_reset_forgets_the_state_and_nothing_beside_it(state):
    (state.parent / "other").write_text("")
    done = run("reset", var=state)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in state.parent.iterdir()] == ["other"]


def test_reset_touches_no_directory_that_is_not_ours(tmp_path):
    (tmp_path / "precious").write_text("")
    done = run("reset", var=tmp_path)
    assert done.returncode != 0
    assert "no state" in done.stderr
    assert (tmp_path / "precious").exists()


def test_reset_is_refused_while_the_product_runs(state):
    with (state / "serve.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("reset", var=state)
    assert done.returncode != 0
    assert "still running" in done.stderr
    assert (state / "db.sqlite3").exists()
