"""Another product on the same mails in the same run: django-helpdesk, in an environment of its own.

It is no part of our environments. Where the package index cannot be reached, the bench goes on without it.
"""

import json
import subprocess
from pathlib import Path
from typing import Final

from bench._engines import ROOT, Figures

ENVIRONMENT: Final = ROOT / ".venv-peers"
LOCK: Final = ROOT / "requirements" / "peers.lock"
UV: Final = ROOT / ".tools" / "bin" / "uv"


def helpdesk(state: Path, mails: Path, warm_up: int) -> Figures:
    """What it does with the mails of the folder: without its confirmation, as ours is sent by a worker later, and
    with it, as it ships.
    """
    try:
        prepare()
    except (subprocess.CalledProcessError, OSError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        last = said.strip().rpartition("\n")[2].strip()
        return {"skipped": f"django-helpdesk cannot be installed: {last}"}
    silent, as_it_ships = (_run(state / name, mails, warm_up, *words) for name, words in _RUNS)
    return silent | {"with_confirmation": as_it_ships}


_RUNS: Final = (("silent", ("--silent",)), ("confirming", ()))


def prepare() -> None:
    """Make the environment, unless it is what the lock says. Raises CalledProcessError or OSError."""
    stamp = ENVIRONMENT / ".lock"
    if stamp.exists() and stamp.read_bytes() == LOCK.read_bytes():
        return
    python = ROOT / ".tools" / "bin" / "python"
    _uv("venv", "--no-project", "--allow-existing", "--python", str(python), str(ENVIRONMENT))
    _uv("pip", "sync", "--require-hashes", "--python", str(_python()), str(LOCK))
    stamp.write_bytes(LOCK.read_bytes())


def _run(state: Path, mails: Path, warm_up: int, *words: str) -> Figures:
    state.mkdir()
    script = ROOT / "bench" / "_helpdesk.py"
    command = [str(_python()), "-I", str(script), str(state), str(mails), str(warm_up), *words]
    # Nothing of our environment: neither its settings nor its modules.
    done = subprocess.run(command, cwd=state, env={}, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _uv(*words: str) -> None:
    subprocess.run([str(UV), "--quiet", *words], cwd=ROOT, check=True, stderr=subprocess.PIPE, text=True)


def _python() -> Path:
    return ENVIRONMENT / "bin" / "python"
