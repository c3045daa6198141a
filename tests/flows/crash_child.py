"""A worker that dies: run as ``python -m tests.flows.crash_child``, it stops at the worst moment to be killed there.

``triage ROW`` stops after the claim, before anything is recorded; ``notice ID`` after the mail was handed over,
before that is recorded.
"""

import sys
import time

import django
from django.conf import settings
from django.utils import timezone

from contact_centre.web.maildir import MaildirBackend


def stop_here(word: str) -> None:
    """Tell the parent where we are, and wait for its SIGKILL."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
    time.sleep(60)


class DyingBackend(MaildirBackend):
    """Hands the mail over and is killed before it can say so."""

    def send_messages(self, email_messages):
        super().send_messages(email_messages)
        stop_here("handed over")


def main(what: str, row_id: int) -> None:
    django.setup()
    settings.EMAIL_BACKEND = "tests.flows.crash_child.DyingBackend"
    # Models may be imported only now.
    from cases import work  # noqa: PLC0415
    from notifications import delivery  # noqa: PLC0415

    if what == "triage":
        work.claim(row_id, at=timezone.now())
        stop_here("claimed")
    delivery.deliver(notice_id=row_id, at=timezone.now())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
