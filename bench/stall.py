"""How long a visitor waits while the classifier trains beside the web process, and while that loads another version.

A cheap page is asked for every 20 ms, from outside, on SQLite: at rest, while ``train --nightly`` runs, and from the
moment that its candidate is promoted, which the web process then loads in the background. Aim: no answer later than
250 ms, which nobody takes for a stall. Who asks late because the answer before came late asks at once.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import django

from bench._engines import ROOT, Figures
from bench._product import serving

PAGE, ASK_EVERY = "/accessibility/", 0.02
LONGEST_MS = 250.0
REST_SECONDS = 20.0
#: A web process looks every three seconds whether another version serves; loading takes a second or two.
LOAD_SECONDS = 15.0
DECISIONS = 100


class Asker(threading.Thread):
    """Asks for the page until it is told to stop; keeps how long each answer took."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self._host = urlsplit(address).netloc
        self._is_over = threading.Event()
        self.seconds: list[float] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        due = time.perf_counter()
        while not self._is_over.is_set():
            began = time.perf_counter()
            connection.request("GET", PAGE)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            self.seconds.append(time.perf_counter() - began)
            due = max(due + ASK_EVERY, time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))

    def figures(self) -> dict[str, float]:
        self._is_over.set()
        self.join()
        ordered = sorted(self.seconds)
        shares = {"p50_ms": 0.5, "p99_ms": 0.99, "longest_ms": 1.0}
        at = {name: min(int(len(ordered) * share), len(ordered) - 1) for name, share in shares.items()}
        return {"asked": len(ordered), **{name: round(1000 * ordered[i], 1) for name, i in at.items()}}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as state:
        models = ROOT / ".cache" / "models"
        if models.is_dir():
            shutil.copytree(models, Path(state) / "models")
        os.environ |= {
            "VAR_DIR": state,
            "MODELS_DIR": str(Path(state) / "models"),
            "DJANGO_SETTINGS_MODULE": "contact_centre.settings.embedded",
            "RATE_LIMITS_ENABLED": "0",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
        }
        with serving() as address:
            django.setup()
            decide()
            found = {
                "at_rest": asked(address, lambda: time.sleep(REST_SECONDS)),
                "while_training": asked(address, learn),
                "while_loading": asked(address, lambda: load(address)),
            }
    longest = max(figures["longest_ms"] for name, figures in found.items() if name != "at_rest")
    figures: Figures = {"bench": "stall", "load_average": round(os.getloadavg()[0], 1), **found}
    print(json.dumps(figures | {"ratio": round(longest / LONGEST_MS, 2)}, indent=2))


def asked(address: str, work: Callable[[], None]) -> Figures:
    """What the visitor met while the work was done."""
    asker = Asker(address)
    asker.start()
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    return {"seconds": round(seconds, 1), **asker.figures()}


def decide() -> None:
    """Decisions to learn from: without any there would be nothing to train."""
    from django.utils import timezone

    from classifiers.store.examples import Decided, keep

    for number in range(DECISIONS):
        text = f"Na ulicy numer {number} od tygodnia nie świeci latarnia."
        keep(Decided(f"bench:{number}", text, "pl", "light", "REPORT", "NORMAL", "", "bench"), timezone.now())


def learn() -> None:
    """As the nightly training does it: another process, which gives way to others."""
    subprocess.run(
        [sys.executable, "manage.py", "train", "--nightly"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


def load(address: str) -> None:
    """Promote the candidate; whoever asks whether the web process is ready makes it look for it."""
    from django.utils import timezone

    from classifiers.store.models import ModelVersion, PromotionReason
    from classifiers.store.promoting import promote

    candidate = ModelVersion.objects.get(is_shadow=True)
    promote(version=candidate.version, reason=PromotionReason.BY_PERSON, at=timezone.now())
    until = time.monotonic() + LOAD_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("GET", "/readyz")
        assert connection.getresponse().status == 200
        connection.close()
        time.sleep(0.5)


if __name__ == "__main__":
    main()
