"""Everything on one machine with no server beside us: what ``./run`` starts. State lives in ``VAR_DIR``."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

from contact_centre.settings.base import *
from contact_centre.settings.base import ALLOWED_HOSTS, SECRET_KEY, VAR_DIR, env


def secret_key_of(directory: Path) -> str:
    """This installation's own key: made once, readable by its owner alone."""
    path = directory / "secret_key"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(get_random_secret_key())
    return path.read_text()


SECRET_KEY = SECRET_KEY or secret_key_of(VAR_DIR)
DEMO = env.bool("DEMO", default=True)
MAIL_LISTEN_PORT = env.int("MAIL_LISTEN_PORT", default=2525)
ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
