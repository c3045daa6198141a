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
import polib  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from contact_centre.web.words import DOMAIN, SOURCES  # noqa: E402

NOISE = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")


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
    for path in SOURCES.glob(f"*/{DOMAIN}"):
        tidy(path)


def tidy(path: Path) -> None:
    """Take gettext's guesses out: a phrase is translated by a person or it is empty. Places and dates are noise."""
    words = polib.pofile(str(path), wrapwidth=0)
    for entry in words:
        if "fuzzy" in entry.flags:
            entry.flags.remove("fuzzy")
            entry.msgstr = ""
            entry.msgstr_plural = dict.fromkeys(entry.msgstr_plural, "")
        entry.previous_msgid = entry.previous_msgctxt = entry.previous_msgid_plural = None
        entry.occurrences = []
    words.metadata_is_fuzzy = False
    for name in NOISE:
        words.metadata.pop(name, None)
    words.save()


if __name__ == "__main__":
    main()
