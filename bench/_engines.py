"""Runs a bench once per engine: SQLite as it ships, and PostgreSQL with Redis on throwaway, durable servers."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ONE = "--one"
Figures = dict[str, Any]


def main(name: str, measure: Callable[[Path], Figures]) -> None:
    """Print one JSON object with the figures of every engine that this machine has."""
    if ONE in sys.argv:
        print(json.dumps(measure(Path(os.environ["VAR_DIR"]))))
        return
    services = str(ROOT / "tools" / "services.sh")
    engines: dict[str, list[str]] = {"sqlite": [], "postgresql": [services, "with"]}
    missing = subprocess.run([services, "missing"], capture_output=True, text=True, check=True).stdout
    figures: Figures = {"bench": name}
    for engine, prefix in engines.items():
        if prefix and missing:
            figures[engine] = {"skipped": missing.split("\n")[0]}
        else:
            figures[engine] = _apart(name, prefix)
    print(json.dumps(figures, indent=2))


def _apart(name: str, prefix: list[str]) -> Figures:
    """Run the bench for one engine, in a process and a state directory of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as state:
        environment = os.environ | {
            "VAR_DIR": state,
            "MODELS_DIR": str(ROOT / ".cache" / "models"),
            "DJANGO_SETTINGS_MODULE": "contact_centre.settings.embedded",
            "RATE_LIMITS_ENABLED": "0",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
            "DURABLE": "1",
        }
        command = [*prefix, sys.executable, "-m", f"bench.{name}", ONE, *sys.argv[1:]]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    return {
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p95_ms": round(1000 * ordered[int(len(ordered) * 0.95)], 2),
    }
