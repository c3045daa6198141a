"""What a child does: takes a mail in and works it off with the product's own code, or what is done after a death.

The broker lies in the child's memory and dies with it, so that whoever comes after knows of nothing but the rows.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final
from unittest.mock import patch

import celery.app.trace  # noqa: F401 - loaded by the first task otherwise
from aiosmtpd.smtp import Envelope
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.db import connection
from django.template import Engine
from django.utils import timezone, translation

from cases.models import EventWork
from contact_centre.celery import app
from contact_centre.intake.fetching import settle_soon
from contact_centre.intake.listener.handler import OK, Handler
from contact_centre.intake.models import UNSETTLED, RawMessage
from contact_centre.intake.process import receive
from contact_centre.intake.tasks import sweep_mails
from contact_centre.management.commands.serve import prepare_broker
from contact_centre.web.maildir import MaildirBackend
from notifications.delivery import LEASE
from notifications.models import FRAME_KIND, WAITING, Notice, NoticeKind
from notifications.services import CONSUMER
from notifications.tasks import deliver_notice, sweep_notices
from routing.models.loaded import LANGUAGES
from tools.kill_mail.children import Say
from tools.kill_mail.errands import SMTP, Errand

BEGUN, STORED, STOPPED = "begun", "stored", "stopped"
# Whoever classifies stays away: a mail is taken in, confirmed and written down without him.
QUEUES: Final = ("mail", "notifications")
# After a death everybody's lease is over; then the sweeps come round until nothing waits.
AFTER_DEATH: Final = LEASE + timedelta(minutes=1)
ROUND: Final = timedelta(minutes=1)
MOST_ROUNDS: Final = 10


class StoppingBackend(MaildirBackend):
    """Hands the mail over, says so and waits for its death, before anything can be written down."""

    say: ClassVar[Say]

    def send_messages(self, email_messages: Any) -> int:
        count = super().send_messages(email_messages)
        wait_for_death(StoppingBackend.say)
        return count


class Counter:
    """Counts the statements of this process; at the one with the number ``stops_at`` it waits for its death."""

    def __init__(self, say: Say, stops_at: int) -> None:
        self.count = 0
        self._say, self._stops_at = say, stops_at

    def __call__(self, execute: Callable[..., Any], *args: Any) -> Any:
        done = execute(*args)
        self.count += 1
        if self.count == self._stops_at:
            wait_for_death(self._say)
        return done


def wait_for_death(say: Say) -> None:
    """Say so, and do nothing any more."""
    say(STOPPED)
    time.sleep(60)


def load_all() -> None:
    """Load what every process loads once, so that the time of a mail is the mail's own. Asks no database."""
    app.loader.import_default_modules()
    app.set_current()
    engine = Engine.get_default()
    for language in LANGUAGES:
        for kind in (NoticeKind.RECEIVED.lower(), FRAME_KIND.lower()):
            engine.get_template(f"notifications/{kind}/{language}.txt")
        with translation.override(language):
            translation.gettext("Received")


def begin(mail_dir: Path) -> None:
    """Open what a process opens before its first mail."""
    settings.EMAIL_FILE_PATH = str(mail_dir)
    prepare_broker()
    connection.ensure_connection()


def _stop_before_delivery(say: Say) -> None:
    task_prerun.connect(lambda **_: wait_for_death(say), sender=deliver_notice, weak=False)


def _stop_after_hand_over(say: Say) -> None:
    StoppingBackend.say = say
    settings.EMAIL_BACKEND = f"{__name__}.StoppingBackend"


def _stop_after_delivery(say: Say) -> None:
    task_postrun.connect(lambda **_: wait_for_death(say), sender=deliver_notice, weak=False)


# Where a process can be made to wait for its death; the stage is that of ``findings``.
MOMENTS: Final[Mapping[str, Callable[[Say], None]]] = {
    "planned": _stop_before_delivery,
    "handed over": _stop_after_hand_over,
    "recorded": _stop_after_delivery,
}


def live(errand: Errand, say: Say, stops_at: int = 0) -> int:
    """Take the mail in, tell whoever brought it, and do everything that follows; how many statements that took."""
    with connection.execute_wrapper(counter := Counter(say, stops_at)):
        take_in(errand)
        say(STORED)
        work_off()
    return counter.count


def recover(errand: Errand | None, say: Say) -> None:
    """Do what follows a death; the mail is handed over again where nobody was told that it is stored.

    Raises RuntimeError when something still waits after many rounds.
    """
    with later(AFTER_DEATH):
        if errand is not None:
            take_in(errand)
            say(STORED)
        work_off()
    for number in range(MOST_ROUNDS):
        with later(AFTER_DEATH + number * ROUND):
            sweep_mails()
            sweep_notices()
            work_off()
        if is_quiet():
            return
    raise RuntimeError("something still waits")


def take_in(errand: Errand) -> None:
    """What the listener does, or the command that a mail server calls. Raises when the mail is not stored."""
    if errand.way == SMTP:
        asyncio.run(_hand_to_listener(errand))
    else:
        receive(errand.raw, at=timezone.now())


async def _hand_to_listener(errand: Errand) -> None:
    envelope = Envelope()
    envelope.mail_from, envelope.rcpt_tos = errand.sender, [errand.to]
    envelope.original_content = errand.raw
    handler = Handler(settle_soon, is_lmtp=False, threads=1)
    answer = await handler.handle_DATA(None, None, envelope)  # type: ignore[arg-type]  # it asks neither
    handler.close()
    if answer != OK:
        raise RuntimeError(answer)


def work_off() -> None:
    """Run the tasks that lie in the queues, in their order, until there are none: what a worker does."""
    with app.connection_for_read() as broker:
        queues = [
            queue(broker.default_channel) for queue in settings.CELERY_TASK_QUEUES if queue.name in QUEUES
        ]
        while any(_run_next(queue) for queue in queues):
            pass


def _run_next(queue: Any) -> bool:
    message = queue.get(no_ack=True)
    if message is None:
        return False
    args, kwargs, _ = message.decode()
    app.tasks[message.headers["task"]].apply(args, kwargs, throw=True)
    return True


def is_quiet() -> bool:
    """Whether nothing of a mail or a notice waits for a machine."""
    waiting = (
        RawMessage.objects.filter(state__in=UNSETTLED),
        EventWork.objects.filter(consumer=CONSUMER),
        Notice.objects.filter(state__in=WAITING),
    )
    return not any(rows.exists() for rows in waiting)


@contextmanager
def later(span: timedelta) -> Iterator[None]:
    """The product's clock goes ahead by so much: a test of leases need not wait for them."""
    now = timezone.now
    with patch.object(timezone, "now", lambda: now() + span):
        yield
