"""Run the whole product on this machine: web, worker, beat and the listener for mails as children of one supervisor."""

import os
import socket
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from contact_centre.celery import app
from contact_centre.supervisor import AlreadyRunning, Program, Supervisor, fresh_log, only_one
from routing.demo_people import DEMO_PASSWORD
from routing.models import User

READY_SECONDS = 1
# Quiet: a banner is no line of a structured log, and it repeats the address of the broker.
CELERY = (sys.executable, "-m", "celery", "-q", "-A", "contact_centre")


class Command(BaseCommand):
    help = "Run web, worker, beat and the listener for mails until Ctrl-C or SIGTERM."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--mail-port",
            type=int,
            default=settings.MAIL_LISTEN_PORT,
            help="where mails are taken in by SMTP; 0: nowhere",
        )
        parser.add_argument("--web", type=int, default=1, help="how many web processes share the port")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with only_one(settings.VAR_DIR):
                self._serve(options["host"], options["port"], options["web"], options["mail_port"])
        except AlreadyRunning as error:
            raise CommandError(str(error)) from error

    def _serve(self, host: str, port: int, web: int, mail_port: int) -> None:
        refuse_taken(host, port)
        if mail_port and is_taken(settings.MAIL_LISTEN_HOST, mail_port):
            # Mails are one way in of several: nobody shall miss the product for a port.
            self._say(f"Port {mail_port} is taken, so no mails are taken in by SMTP. Try --mail-port.")
            mail_port = 0
        prepare_broker()
        greeting = Greeting(host, port, mail_port, self._say)
        supervisor = Supervisor(programs(host, port, web, mail_port), self._say, greeting)
        self._say(f"Starting; logs are in {settings.VAR_DIR / 'logs'}")
        supervisor.run()
        self._say("Stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def refuse_taken(host: str, port: int) -> None:
    """Raises ``CommandError`` when another program listens there: the web process would only die again and again."""
    trouble = is_taken(host, port)
    if trouble:
        raise CommandError(f"Cannot listen on {host}:{port} ({trouble}). Try --port.")


def is_taken(host: str, port: int) -> str:
    """Why nobody can listen there; empty when one can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def prepare_broker() -> None:
    """Make the directories of the embedded broker and declare the queues, once, before three processes do."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    for name in ("data_folder_in", "control_folder"):
        if name in options:
            Path(options[name]).mkdir(parents=True, exist_ok=True)
    with app.connection_for_write() as broker:
        for queue in settings.CELERY_TASK_QUEUES:
            queue(broker.default_channel).declare()


def programs(host: str, port: int, web: int = 1, mail_port: int = 0) -> list[Program]:
    """The programs; docs/deploy.md runs the same ones under systemd."""
    temporary = settings.VAR_DIR / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or address_of(host, port),
        "TMPDIR": str(temporary),
        # Celery: SIGTERM ends running tasks after a short wait; their work rows bring them back.
        "REMAP_SIGTERM": "SIGQUIT",
    }
    commands = {"web": web_command(host, port, web), "worker": worker_command(), "beat": beat_command()}
    if mail_port:
        commands["mail"] = mail_command(mail_port)
    logs = settings.VAR_DIR / "logs"
    return [
        Program(name, command, environment, fresh_log(logs / f"{name}.log"))
        for name, command in commands.items()
    ]


def address_of(host: str, port: int) -> str:
    """Where a person on this machine finds the product."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def web_command(host: str, port: int, processes: int = 1) -> list[str]:
    """uvicorn; a request that hangs holds the shutdown up for five seconds at most."""
    uvicorn = [sys.executable, "-m", "uvicorn", "contact_centre.asgi:application", "--no-access-log"]
    limits = ["--lifespan", "off", "--timeout-graceful-shutdown", "5"]
    limits += ["--workers", str(processes)] if processes > 1 else []
    return [*uvicorn, "--host", host, "--port", str(port), *limits]


def worker_command() -> list[str]:
    """The Celery worker, on every queue of the settings."""
    queues = ",".join(queue.name for queue in settings.CELERY_TASK_QUEUES)
    worker = [*CELERY, "worker", "--loglevel", "INFO"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*worker, "--pool", "prefork", "--concurrency", "2", "--queues", queues, *quiet]


def beat_command() -> list[str]:
    """The clock that wakes the sweeps."""
    return [*CELERY, "beat", "--loglevel", "INFO", "--pidfile="]


def mail_command(port: int) -> list[str]:
    """The listener for mails."""
    return [sys.executable, "-m", "django", "listen_mail", "--port", str(port)]


class Greeting:
    """Tells the person at the terminal, once, that the product is ready and how to get in."""

    def __init__(self, host: str, port: int, mail_port: int, say: Any) -> None:
        self.address = address_of(host, port)
        self.mail_port = mail_port
        self.say = say
        self.done = False

    def __call__(self) -> None:
        """Look whether the web process is ready; say so the first time."""
        if not self.done and is_ready(self.address):
            self.done = True
            self.say("\n".join(["", *self.lines()]))

    def lines(self) -> Iterator[str]:
        """Addresses, and one login per role where this is a demonstration."""
        yield f"Ready.  Report something:  {self.address}/report/"
        yield f"        Work on it:        {self.address}/desk/"
        if self.mail_port:
            place = f"{settings.MAIL_LISTEN_HOST}:{self.mail_port}"
            yield f"        Send a mail:       SMTP on {place} to {settings.CITY_EMAIL}"
            yield f"        Read the answers:  {settings.VAR_DIR / 'mail'}"
        if settings.DEMO:
            yield f"        Sign in with the password {DEMO_PASSWORD!r} as"
            yield from (f"          {username:<14}{role}" for role, username in demo_logins().items())
        yield "        Ctrl-C stops everything."


def is_ready(address: str) -> bool:
    """Whether ``/readyz`` answers that all parts are ready."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=READY_SECONDS) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def demo_logins() -> dict[str, str]:
    """The first active person of each role."""
    people = (
        User.objects.filter(is_active=True).exclude(role="").order_by("-id").values_list("role", "username")
    )
    logins = dict(people)
    connection.close()
    return dict(sorted(logins.items()))
