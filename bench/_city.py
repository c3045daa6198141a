"""The city as the classifier sees it: catalogue and gazetteer, from a throwaway database."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import django

from bench._engines import ROOT
from bench._product import manage
from classifiers.types import Catalogue, Gazetteer


@contextmanager
def city() -> Iterator[tuple[Catalogue, Gazetteer]]:
    """Loads the city into a new SQLite file and keeps to one core, so that figures can be compared."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(prefix="bench-") as state:
        os.environ |= {
            "VAR_DIR": state,
            "MODELS_DIR": str(ROOT / ".cache" / "models"),
            "DJANGO_SETTINGS_MODULE": "contact_centre.settings.embedded",
            "PYTHONPATH": str(ROOT),
            "LOG_LEVEL": "WARNING",
        }
        manage("migrate")
        manage("load_city")
        django.setup()
        from cases.triage import catalogue, gazetteer

        yield catalogue(), gazetteer()
