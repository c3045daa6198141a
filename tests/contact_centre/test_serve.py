"""``manage.py serve`` with its real programs: they start, come back when killed, and all end together."""

import os
import shutil
import signal
import smtplib
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from contact_centre.management.commands.serve import beat_command, worker_command
from tests.contact_centre.intake.mails import mail
from tests.contact_centre.processes import (
    command_of,
    descendants,
    embedded,
    end,
    free_port,
    living,
    until,
)

pytestmark = pytest.mark.embedded


@dataclass
class Product:
    """A served product with state of its own."""

    process: subprocess.Popen[str]
    port: int
    mail_port: int
    directory: Path

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def family(self) -> set[int]:
        return descendants(self.process.pid)

    def main_process(self, words: str) -> int:
        """The one child of the supervisor whose command has these words."""
        groups = [pid for pid in self.family() if os.getpgid(pid) == pid]
        (found,) = [pid for pid in groups if words in command_of(pid)]
        return found

    def is_working(self) -> bool:
        return self.answers() and self.takes_mail() and self.works_off()

    def works_off(self) -> bool:
        worker = [pid for pid in self.family() if " worker " in command_of(pid)]
        beat = [pid for pid in self.family() if " beat " in command_of(pid)]
        return len(worker) >= 3 and len(beat) == 1

    def takes_mail(self) -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", self.mail_port, timeout=2):
                return True
        except OSError:
            return False


def manage(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR, env=embedded(directory), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@contextmanager
def served(migrated_dir: Path, directory: Path, mail_port: int) -> Iterator[Product]:
    """A product that runs, and is gone afterwards."""
    shutil.copytree(migrated_dir, directory, dirs_exist_ok=True)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), "--mail-port", str(mail_port)],
        cwd=settings.BASE_DIR, env=embedded(directory), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    running = Product(process, port, mail_port, directory)
    yield running
    end({process.pid} | running.family())
    process.wait()
    if process.stdout:
        process.stdout.close()


def becomes_a_case(product: Product, words: str) -> bool:
    """Send a mail to the listener, and wait for its case."""
    with smtplib.SMTP("127.0.0.1", product.mail_port, timeout=10) as client:
        client.sendmail("ana@example.org", ["kontakt@kontakt.example"], mail(words))
    database = sqlite3.connect(product.directory / "db.sqlite3", timeout=10)
    try:
        query = "SELECT description FROM cases_case WHERE channel = 'EMAIL'"
        return until(lambda: database.execute(query).fetchall() == [(words,)], 60)
    finally:
        database.close()


def test_a_mail_becomes_a_case_killed_programs_come_back_and_sigterm_leaves_nothing(migrated_dir, tmp_path):
    """EMAIL.md, rule 1 of section 0: from the client's "sent" on, the mail is ours."""
    with served(migrated_dir, tmp_path, free_port()) as product:
        assert until(product.is_working), (product.directory / "logs" / "web.log").read_text()
        assert becomes_a_case(product, "Nie świeci lampa.")

        second = manage(product.directory, "serve", "--port", str(free_port()))
        assert second.returncode != 0
        assert f"Already running: process {product.process.pid}" in second.stderr

        web, worker = product.main_process("uvicorn"), product.main_process(" worker ")
        pool = descendants(worker)
        os.kill(web, signal.SIGKILL)
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: not living({web, worker} | pool))
        assert until(product.is_working)
        assert {product.main_process("uvicorn"), product.main_process(" worker ")} & {web, worker} == set()

        family = product.family()
        product.process.terminate()
        assert product.process.wait(10) == 0
        assert living(family) == set()


def test_a_taken_mail_port_keeps_nobody_from_the_product_and_a_killed_supervisor_leaves_nothing(
    migrated_dir, tmp_path
):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with served(migrated_dir, tmp_path, taken) as product:
            assert product.process.stdout is not None
            assert product.process.stdout.readline().startswith(f"Port {taken} is taken")
            assert until(lambda: product.answers() and product.works_off())
            family = product.family()
            product.process.kill()
            assert until(lambda: not living(family), 10)


def test_taken_port_is_refused_at_once(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        refused = manage(tmp_path, "serve", "--port", str(other.getsockname()[1]))
    assert refused.returncode != 0
    assert "Try --port" in refused.stderr


def test_celery_prints_no_banner():
    for command in (worker_command(), beat_command()):
        assert command.index("-q") < command.index("-A")


def test_worker_listens_to_every_queue():
    command = worker_command()
    queues = command[command.index("--queues") + 1].split(",")
    assert queues == [queue.name for queue in settings.CELERY_TASK_QUEUES]
