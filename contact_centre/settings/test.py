"""The suite: quick hashes, mails in memory, nothing outside a directory of its own. Engines by the environment."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Two runs beside each other must not meet, and nothing may touch a person's var/.
_RUN_DIR = os.environ.get("TEST_RUN_DIR")
if _RUN_DIR is None:
    _RUN_DIR = tempfile.mkdtemp(prefix="contact-centre-tests-")
    atexit.register(shutil.rmtree, _RUN_DIR, ignore_errors=True)
_OWN_DIR = Path(_RUN_DIR) / os.environ.get("PYTEST_XDIST_WORKER", "main")
(_OWN_DIR / "static").mkdir(parents=True, exist_ok=True)
os.environ["VAR_DIR"] = str(_OWN_DIR)
os.environ.setdefault("MODELS_DIR", str(Path(_RUN_DIR) / "models"))
os.environ.setdefault("CACHE_URL", "locmemcache://")
os.environ.setdefault("CHANNEL_LAYER_URL", "memory://")
os.environ.setdefault("CELERY_BROKER_URL", "memory://")
os.environ.setdefault("EMAIL_URL", "memorymail://")

from contact_centre.settings.base import *  # noqa: E402
from contact_centre.settings.base import (  # noqa: E402
    ALLOWED_HOSTS,
    CACHES,
    CHANNEL_LAYERS,
    DATABASES,
    STORAGES,
    VAR_DIR,
)
from contact_centre.settings.services import is_sqlite  # noqa: E402
from contact_centre.web.words import compile_words  # noqa: E402

compile_words(VAR_DIR / "locale")
SECRET_KEY = "only-for-tests-" + 40 * "k"
DEMO = True
ALLOWED_HOSTS += ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# Workers of one run share a Redis server, but not what they keep there. Clearing a cache empties its whole database.
CACHES["default"]["KEY_PREFIX"] = _OWN_DIR.name
if "db" in (_options := CACHES["default"].get("OPTIONS", {})):
    _options["db"] += int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
if "CONFIG" in CHANNEL_LAYERS["default"]:
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = _OWN_DIR.name

if is_sqlite(DATABASES["default"]):
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
