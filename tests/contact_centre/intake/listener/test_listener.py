"""Taking mails in by SMTP and LMTP from real clients: EMAIL.md, rule 1 of section 0, and sections 1 and 12."""

import asyncio
import hashlib
import os
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections

from contact_centre.intake import store
from contact_centre.intake.listener import handler as hooks
from contact_centre.intake.listener.handler import MAX_RECIPIENTS, Handler
from contact_centre.intake.listener.server import Terms, listening, tls_context
from contact_centre.intake.loading import load_mailboxes
from contact_centre.intake.models import MailArrival, Mailbox, MailSource, RawMessage
from tests.contact_centre.intake.mails import mail
from tests.contact_centre.processes import embedded, free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
US = "kontakt@kontakt.example"
ANA = "ana@example.org"


class Listener:
    """A listener in a thread of its own, and the rows that it woke workers for."""

    def __init__(self) -> None:
        self.port = 0
        self.woken: list[int] = []

    def client(self) -> smtplib.SMTP:
        return smtplib.SMTP("127.0.0.1", self.port, timeout=10)


@contextmanager
def running(terms: Terms, *, is_lmtp: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    state, started = Listener(), threading.Event()
    loop = asyncio.new_event_loop()
    ended = asyncio.Event()

    async def listen() -> None:
        handler = Handler(lambda row: state.woken.append(row.pk), is_lmtp=is_lmtp)
        async with listening(handler, "127.0.0.1", 0, terms, is_lmtp=is_lmtp, tls=tls) as server:
            state.port = server.sockets[0].getsockname()[1]
            started.set()
            await ended.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(listen()))
    thread.start()
    started.wait(10)
    try:
        yield state
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(20)
        loop.close()


@pytest.fixture
def city(settings):
    load_mailboxes(settings.CITY_DATA_DIR)


@pytest.fixture
def listener(city):
    with running(Terms(max_bytes=100_000)) as state:
        yield state


def test_a_mail_is_stored_with_its_envelope_and_a_worker_is_woken(listener):
    raw = mail("Zażółć .\r\n.kropka na początku")
    with listener.client() as client:
        assert client.sendmail(ANA, [US], raw) == {}
    row = RawMessage.objects.get()
    assert store.read(row) == f"Return-Path: <{ANA}>\r\nDelivered-To: {US}\r\n".encode() + raw
    assert listener.woken == [row.pk]
    arrival = MailArrival.objects.get()
    assert (arrival.source, arrival.mailbox, arrival.recipients) == (
        MailSource.SMTP,
        Mailbox.objects.get(),
        [US],
    )


def test_the_same_mail_handed_over_again_is_the_same_row(listener):
    raw = mail()
    for _ in range(2):
        with listener.client() as client:
            client.sendmail(ANA, [US], raw)
    assert (RawMessage.objects.count(), MailArrival.objects.count()) == (1, 1)


def test_a_mail_without_a_return_path_is_taken_in(listener):
    with listener.client() as client:
        client.sendmail("", ["bounce+77.abcdefghij234567@kontakt.example"], mail())
    assert store.read(RawMessage.objects.get()).startswith(b"Return-Path: <>\r\n")


@pytest.mark.parametrize(
    "recipient", ["obcy@example.org", "nikt@kontakt.example", "kontakt@inny.example", f"{US}@example.org"]
)
def test_nothing_is_relayed_and_nobody_unknown_is_accepted(listener, recipient):
    with listener.client() as client:
        client.ehlo()
        client.mail(ANA)
        code, _text = client.rcpt(recipient)
        assert code in (550, 553)
        assert client.docmd("DATA")[0] == 503
    assert not RawMessage.objects.exists()


def test_the_known_among_the_unknown_still_get_the_mail(listener):
    with listener.client() as client:
        refused = client.sendmail(ANA, [US, "obcy@example.org"], mail())
    assert list(refused) == ["obcy@example.org"]
    assert MailArrival.objects.get().recipients == [US]


def test_too_many_recipients_are_a_matter_for_another_mail(listener):
    with listener.client() as client:
        client.ehlo()
        client.mail(ANA)
        codes = {client.rcpt(US)[0] for _ in range(MAX_RECIPIENTS)}
        assert codes == {250}
        assert client.rcpt(US)[0] == 452


def test_a_declared_size_that_is_too_large_is_refused_before_the_mail(listener):
    with listener.client() as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "100000"
        assert client.docmd(f"MAIL FROM:<{ANA}> SIZE=200000")[0] == 552


def test_a_mail_that_turns_out_too_large_is_refused_and_the_next_one_taken(listener):
    with listener.client() as client:
        client.ehlo()
        client.mail(ANA)
        client.rcpt(US)
        assert client.data(mail("x\r\n" * 60_000))[0] == 552
        client.sendmail(ANA, [US], mail())
    assert RawMessage.objects.count() == 1


def test_a_mailbox_has_a_limit_of_its_own(listener):
    Mailbox.objects.update(max_bytes=500)
    with listener.client() as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(ANA, [US], mail("x" * 600))
    assert refused.value.smtp_code == 552
    assert not RawMessage.objects.exists()


def test_a_line_longer_than_the_rule_allows_is_no_reason_to_lose_a_mail(listener):
    raw = mail("x" * 50_000)
    with listener.client() as client:
        client.sendmail(ANA, [US], raw)
    assert store.read(RawMessage.objects.get()).endswith(raw)


def test_a_dot_between_bare_line_feeds_ends_no_mail(listener):
    """What is taken for the end by one server and not by the next smuggles a second mail in."""
    smuggled = mail("Pierwsza\n.\nMAIL FROM:<zly@example.org>\nDATA")
    with listener.client() as client:
        client.ehlo()
        client.mail(ANA)
        client.rcpt(US)
        client.docmd("DATA")
        client.send(smuggled + b"\r\n.\r\n")
        assert client.getreply()[0] == 250
    assert store.read(RawMessage.objects.get()).endswith(smuggled + b"\r\n")


def broken(*_args, **_kwargs):
    raise OperationalError("the database went away")


def test_trouble_of_ours_is_no_loss_of_theirs(listener, monkeypatch):
    with listener.client() as client:
        client.ehlo()
        client.mail(ANA)
        with monkeypatch.context() as patch:
            patch.setattr(hooks, "is_ours", broken)
            assert client.rcpt(US)[0] == 451
        client.rcpt(US)
        with monkeypatch.context() as patch:
            patch.setattr(store, "_write", broken)
            assert client.data(mail())[0] == 451
        assert not RawMessage.objects.exists()
        client.sendmail(ANA, [US], mail())
    assert RawMessage.objects.count() == 1


def test_what_comes_beyond_the_limit_of_an_hour_is_asked_to_come_later(listener):
    Mailbox.objects.update(max_per_hour=1)
    with listener.client() as client:
        client.sendmail(ANA, [US], mail())
        client.mail(ANA)
        assert client.rcpt(US)[0] == 451
        assert client.rcpt("reply+1.900.abcdefgh@kontakt.example")[0] == 250


def test_a_connection_too_many_is_told_so(city):
    with running(Terms(max_bytes=1000, per_host=2)) as state:
        first, second = state.client(), state.client()
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            state.client()
        assert refused.value.smtp_code == 421
        first.close()
        assert until(lambda: can_connect(state), 5)
        second.close()


def can_connect(state: Listener) -> bool:
    try:
        state.client().close()
    except smtplib.SMTPException:
        return False
    return True


@pytest.mark.parametrize(
    "terms", [Terms(max_bytes=1000, idle_seconds=0.3), Terms(max_bytes=1000, total_seconds=0.5)]
)
def test_silence_and_endless_talk_are_ended(city, terms):
    with running(terms) as state, socket.create_connection(("127.0.0.1", state.port), timeout=10) as client:
        client.recv(1000)
        said = b"x"
        while said:
            if terms.total_seconds < 1:
                client.settimeout(0.1)
                try:
                    client.sendall(b"NOOP\r\n")
                except OSError:
                    return
            try:
                said = client.recv(1000)
            except TimeoutError:
                continue
            except OSError:
                return
        assert said == b""


def test_starttls_is_offered_with_a_certificate(city, certificate):
    tls = tls_context(str(certificate), "")
    with running(Terms(max_bytes=100_000), tls=tls) as state, state.client() as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate)))
        client.sendmail(ANA, [US], mail())
    assert RawMessage.objects.count() == 1


def test_without_a_certificate_no_starttls_is_offered(listener):
    with listener.client() as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert not client.has_extn("auth")
    assert tls_context("", "") is None


def test_a_certificate_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="MAIL_TLS_CERTIFICATE"):
        tls_context(str(tmp_path / "gone.pem"), "")


def lmtp(port: int) -> smtplib.LMTP:
    return smtplib.LMTP("127.0.0.1", port)


def test_lmtp_answers_once_for_each_recipient(city):
    reply = "reply+1.900.abcdefgh@kontakt.example"
    with running(Terms(max_bytes=5_000), is_lmtp=True) as state, lmtp(state.port) as client:
        # The client of the standard library reads one answer, whatever the protocol says.
        assert client.sendmail(ANA, [US, reply], mail()) == {}
        assert client.getreply()[0] == 250
        client.mail(ANA)
        assert [client.rcpt(one)[0] for one in (US, reply)] == [250, 250]
        client.docmd("DATA")
        client.send(mail("x\r\n" * 3_000) + b".\r\n")
        assert [client.getreply()[0] for _ in range(2)] == [552, 552]
        client.sendmail(ANA, [US, reply], mail("Znowu"))
        assert client.getreply()[0] == 250
    assert [one.recipients for one in MailArrival.objects.order_by("id")] == [[US, reply]] * 2


# -- the command, killed in the middle ------------------------------------------------------------------------


def manage(*words: str, directory: Path, **kept) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, env=embedded(directory),
        stdout=subprocess.PIPE, text=True, **kept,
    )  # fmt: skip


@pytest.mark.embedded
def test_a_listener_killed_at_any_moment_loses_nothing_that_it_acknowledged(migrated_dir, tmp_path):
    """Clients keep what was not acknowledged and hand it over again: nothing is lost and nothing is double."""
    shutil.copytree(migrated_dir, tmp_path, dirs_exist_ok=True)
    for words in ("load_city", "load_mailboxes"):
        with manage(words, directory=tmp_path) as process:
            process.communicate(timeout=120)
        assert process.returncode == 0
    port, acknowledged, left = free_port(), [], [mail(f"Sprawa {number}") for number in range(40)]
    for seconds in (0.0, 0.05, 0.15, 0.4, None):
        process = manage("listen_mail", "--port", str(port), directory=tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Listening")
        if seconds is not None:
            threading.Timer(seconds, os.kill, (process.pid, signal.SIGKILL)).start()
        while left:
            try:
                with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                    client.sendmail(ANA, [US], left[0])
            except (OSError, smtplib.SMTPException):
                break
            acknowledged.append(left.pop(0))
        process.terminate()
        process.wait(20)
        process.stdout.close()
    assert not left
    dumped = manage(
        "shell", "-v0", "-c",
        "from contact_centre.intake.models import RawMessage as R; from contact_centre.intake.store import read;"
        "import hashlib; [print(hashlib.sha256(read(r).split(b'\\r\\n', 2)[2]).hexdigest()) for r in R.objects.all()]",
        directory=tmp_path,
    ).communicate(timeout=60)[0]  # fmt: skip

    assert sorted(dumped.split()) == sorted(hashlib.sha256(raw).hexdigest() for raw in acknowledged)


@pytest.fixture(autouse=True)
def close_threads():
    """Connections of the threads end with them."""
    yield
    connections.close_all()
