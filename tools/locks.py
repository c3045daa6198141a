#!/usr/bin/env python3
"""The hashed locks in requirements/, made from pyproject.toml; that of the peers from requirements/peers.in.

``tools/locks.py write [--upgrade ...]`` makes them with uv; ``tools/locks.py check`` tells, without a network,
whether one of them is older than what it was made from.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".tools" / "bin" / "uv"
LOCKS = ROOT / "requirements"
COMPILE = [
    "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-header",
]  # fmt: skip
SOURCES = {
    "tools": ["--group", "pyproject.toml:tools"],
    "run": ["pyproject.toml"],
    "dev": ["pyproject.toml", "--group", "pyproject.toml:dev", "--constraint", "requirements/run.lock"],
    "peers": ["requirements/peers.in", "--constraint", "requirements/run.lock"],
}


def main() -> int:
    """Do what the first argument says."""
    match sys.argv[1:]:
        case ["check"]:
            return check()
        case ["write", *extra]:
            return write(extra)
    print(__doc__)
    return 2


def write(extra: list[str]) -> int:
    """Compile every lock; pins that still fit stay unless ``--upgrade`` says otherwise."""
    for name, sources in SOURCES.items():
        path = LOCKS / f"{name}.lock"
        command = [str(UV), *COMPILE, *sources, *extra, "--output-file", str(path.relative_to(ROOT))]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        path.write_text(f"{header(name)}\n{body(path)}")
    return 0


def check() -> int:
    """Name the locks that do not belong to what they are made from, or were changed by hand."""
    stale = [name for name in SOURCES if not (LOCKS / f"{name}.lock").read_text().startswith(header(name))]
    for name in stale:
        print(f"requirements/{name}.lock is not in step with what it is made from: run tools/locks.py write")
    return 1 if stale else 0


def header(name: str) -> str:
    """Two comment lines: who wrote the lock, and the digest of what it was made from and of what it says."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    inputs = {
        "tools": groups["tools"],
        "run": project["dependencies"],
        "dev": [project["dependencies"], groups["dev"], body(LOCKS / "run.lock")],
        "peers": [(LOCKS / "peers.in").read_text(), body(LOCKS / "run.lock")],
    }
    text = json.dumps([project["requires-python"], inputs[name], SOURCES[name], body(LOCKS / f"{name}.lock")])
    return f"# Written by tools/locks.py; do not edit.\n# digest: {hashlib.sha256(text.encode()).hexdigest()}"


def body(path: Path) -> str:
    """The lock without our two lines."""
    return "".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("# "))


if __name__ == "__main__":
    sys.exit(main())
