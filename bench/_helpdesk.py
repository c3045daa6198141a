"""django-helpdesk takes in the mails of a folder, one after the other in one process.

    python bench/_helpdesk.py STATE MAILS WARM_UP [--silent]

A program of its own, for the environment of requirements/peers.lock (``bench._beside`` starts it). Its own function
for one mail is called as its own readers of mailboxes call it, on SQLite as durable as ours. It confirms each mail at
once, to a backend that forgets it; ``--silent``: there is no wording to confirm it with. Prints one JSON object.
"""

import json
import logging
import sys
import time
from collections import defaultdict
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import URLResolver, include, path
from django.utils.encoding import force_str

STATE, MAILS, WARM_UP = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
urlpatterns: list[URLResolver] = []


def main() -> None:
    """Measure all mails but the first ones."""
    configure()
    from helpdesk.email import extract_email_metadata  # type: ignore[import-not-found]  # not of our environment
    from helpdesk.models import EmailTemplate, Queue, Ticket  # type: ignore[import-not-found]

    call_command("migrate", verbosity=0)
    if "--silent" in sys.argv:
        EmailTemplate.objects.all().delete()
    queue = Queue.objects.create(
        title="City", slug="city", email_address="kontakt@example.org", email_box_type="local"
    )
    logger = logging.getLogger("helpdesk.queue")
    spent: dict[str, list[float]] = defaultdict(list)
    for number, file in enumerate(sorted(MAILS.iterdir())):
        raw = file.read_bytes()
        begun = time.process_time()
        extract_email_metadata(message=force_str(raw, errors="replace"), queue=queue, logger=logger)
        if number >= WARM_UP:
            spent[file.stem.partition("-")[2]].append(time.process_time() - begun)
    count = sum(map(len, spent.values()))
    figures = {
        "version": f"django-helpdesk {version()}",
        "mails": count,
        "tickets": Ticket.objects.count(),
        "mails_per_cpu_second": round(count / sum(map(sum, spent.values())), 1),
        "cpu_ms": {kind: round(1000 * sum(all_) / len(all_), 2) for kind, all_ in spent.items()},
    }
    print(json.dumps(figures))


def version() -> str:
    from importlib.metadata import version as of

    return of("django-helpdesk")


def configure() -> None:
    """As little as it runs with; what is not said here is as it ships."""
    pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106 - of a throwaway file
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.sites",
            "django.contrib.admin", "django.contrib.humanize", "django.contrib.messages", "rest_framework", "helpdesk",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": STATE / "helpdesk.sqlite3",
                "CONN_MAX_AGE": None,
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": pragmas},
            }
        },
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        LOGGING={"version": 1, "root": {"level": "ERROR"}},
        MEDIA_ROOT=STATE / "helpdesk-files",
        ROOT_URLCONF=__name__,
        SITE_ID=1,
        USE_TZ=True,
        HELPDESK_TEAMS_MODE_ENABLED=False,
    )  # fmt: skip
    django.setup()
    # Its mails name pages of its own.
    urlpatterns.append(path("", include("helpdesk.urls")))


if __name__ == "__main__":
    main()
