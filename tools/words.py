#!/usr/bin/env python3
"""Collect every phrase of the source into the catalogues of ``contact_centre/locale`` (needs GNU gettext).

``tools/words.py`` keeps the translations that are there; new phrases are added empty, vanished ones removed.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contact_centre.settings.test")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from contact_centre.web.words import SOURCES  # noqa: E402


def main() -> None:
    """Run Django's collector over the project with the source catalogues as its target."""
    django.setup()
    os.chdir(ROOT)
    settings.LOCALE_PATHS = [str(SOURCES)]
    call_command(
        "makemessages",
        locale=["pl", "uk"],
        no_obsolete=True,
        no_location=True,
        no_wrap=True,
        ignore_patterns=[".*", "var/*", "tests/*", "bench/*", "tools/*", "docs/*", "*/vendor/*"],
    )


if __name__ == "__main__":
    main()
