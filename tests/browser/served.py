"""The product as ``./run`` starts it, in a directory of its own: for tests and pictures made in a real browser."""

import json
import mailbox
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.contact_centre.processes import descendants, embedded, end, free_port, until

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120
# A confirmation waits so long for what may follow it: shorter than for real people, and long enough for triage.
COALESCE_SECONDS = "3"


@dataclass(frozen=True, slots=True)
class Product:
    """A running product: where it answers, where its state lies, and the cases told by ``tests.browser.stories``."""

    address: str
    directory: Path
    stories: dict[str, dict[str, str]]

    def mails_to(self, address: str) -> list[EmailMessage]:
        """The mails that went out to somebody, in order."""
        box = mailbox.Maildir(self.directory / "mail", create=True)
        mails = [message_from_bytes(box.get_bytes(key), policy=policy.default) for key in box.keys()]  # noqa: SIM118
        box.close()
        mine = [mail for mail in mails if address in str(mail["To"])]
        return sorted(mine, key=lambda mail: str(mail["Message-ID"]))

    def letters(self, story: str) -> list[EmailMessage]:
        """The mails that the people of a story's case got, in the order of their making."""
        mark = f"[{self.stories[story]['reference']}]"
        mine = [mail for mail in self.mails_to("@") if mark in str(mail["Subject"])]
        return sorted(mine, key=_notice_number)

    def letter_address(self, letter: str) -> str:
        """The page of a mail, alone in a file: ``STORY.N`` is the N-th of a story, from 0. Waits until it was sent."""
        story, _, number = letter.partition(".")
        until(lambda: len(self.letters(story)) > int(number))
        file = self.directory / "letters" / f"{letter}.html"
        file.parent.mkdir(exist_ok=True)
        file.write_text(page_of(self.letters(story)[int(number)]), encoding="utf-8")
        return file.as_uri()

    def tracking_path(self, story: str) -> str:
        """The resident's own address of a story's case."""
        return "/track/{reference}/{key}/".format(**self.stories[story])

    def case_path(self, story: str) -> str:
        """The desk's address of a story's case."""
        return "/desk/case/{reference}/".format(**self.stories[story])


def page_of(mail: EmailMessage) -> str:
    """What a mail program shows of it."""
    page = mail.get_body(("html",))
    assert page is not None
    return str(page.get_content())


def text_of(mail: EmailMessage) -> str:
    """What it says in plain text."""
    text = mail.get_body(("plain",))
    assert text is not None
    return str(text.get_content())


def _notice_number(mail: EmailMessage) -> int:
    return int(str(mail["Message-ID"]).lstrip("<n").partition(".")[0])


@contextmanager
def served(directory: Path, *, cases: int, **variables: str) -> Iterator[Product]:
    """Prepare, fill with invented cases, and serve until the block ends. Raises when a step fails."""
    environment = embedded(directory, NOTICE_COALESCE_SECONDS=COALESCE_SECONDS, **variables)
    _manage(environment, "prepare")
    _manage(environment, "seed", str(cases))
    told = _manage(
        environment, "shell", "--no-imports", "-c", "from tests.browser.stories import tell; tell()"
    )
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        if not until(lambda: _is_ready(address), READY_SECONDS):
            raise TimeoutError((directory / "logs" / "web.log").read_text()[-2000:])
        yield Product(address, directory, json.loads(told))
    finally:
        family = descendants(process.pid)
        process.terminate()
        try:
            process.wait(20)
        finally:
            end({process.pid} | family)


def _manage(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"manage.py {words[0]}: {done.stderr[-2000:]}")
    return done.stdout


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
