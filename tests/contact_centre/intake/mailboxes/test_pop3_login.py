"""Signing in to a POP3 server, with and without encryption: EMAIL.md, section 1."""

import math
import ssl
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contact_centre.intake.health import troubles
from contact_centre.intake.mailboxes import progress, secrets
from contact_centre.intake.models import Mailbox, RawMessage, ServerLogin, ServerSecurity
from tests.contact_centre.intake.mailboxes.listening import listening
from tests.contact_centre.intake.mailboxes.pop3_server import Session
from tests.contact_centre.intake.mailboxes.test_poll import fetch, state_of
from tests.contact_centre.intake.mails import mail

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "refusal",
    [
        "",
        "-ERR authorization failed",
        "-ERR [AUTH] too many failed logins, try again later",
        "-ERR [SYS/PERM] the mailbox is broken",
        "-ERR account locked",
    ],
)
def test_a_refused_login_stops_the_mailbox_and_is_an_alarm(left, drop, refusal):
    drop.password, drop.refuses["PASS"] = "inne", refusal
    fetch(left)
    assert [(one.code, one.error) for one in troubles(timezone.now())] == [
        ("STOPPED", "the server refused the login")
    ]
    assert fetch(left) is None
    assert len(drop.commands) == 2
    drop.password, drop.refuses = "tajne", {}
    drop.add(mail())
    progress.start_again([left.pk], at=timezone.now())
    assert len(fetch(left).rows) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "-ERR [IN-USE] do you have another session?",
        "-ERR [LOGIN-DELAY] minimum time between mail checks",
        "-ERR [SYS/TEMP] authentication failure",
        "-ERR Server Unavailable. 21",
        "-ERR maildrop already locked",
        "nonsense",
    ],
)
def test_a_server_that_has_no_time_is_asked_again_later(left, drop, answer):
    drop.refuses["PASS"] = answer
    fetch(left)
    assert (state_of(left).stopped_at, state_of(left).failures) == (None, 1)
    assert progress.due_mailboxes(timezone.now()) == []


@pytest.mark.parametrize("greeting", ["-ERR [SYS/TEMP] too busy", "* OK IMAP4rev1 ready", ""])
def test_a_server_that_greets_with_a_refusal_is_asked_again_later(left, drop, greeting):
    drop.greeting = greeting
    fetch(left)
    assert (state_of(left).stopped_at, state_of(left).failures) == (None, 1)


def test_a_server_that_cannot_be_reached_is_asked_again_later(left):
    Mailbox.objects.update(server_port=1)
    fetch(left)
    assert (state_of(left).stopped_at, state_of(left).failures) == (None, 1)


def test_a_password_with_letters_beyond_ascii_opens(left, drop, settings):
    drop.password = "zażółć"
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text(drop.password)
    drop.add(mail())
    assert len(fetch(left).rows) == 1


def test_a_second_line_of_a_secret_is_never_a_command(left, drop, settings):
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text("tajne\nDELE 1\n")
    fetch(left)
    assert state_of(left).error == "the file main-secret holds more than one line"
    assert not [command for command in drop.commands if "DELE" in command]


def test_no_password_goes_unencrypted_to_another_machine(left):
    left.server_host = "pop.example.org"
    with pytest.raises(ValidationError, match="server_security"):
        left.full_clean()


@pytest.fixture
def modern(left, monkeypatch):
    """The mailbox signs in by OAuth 2.0, with a token that is at hand."""
    monkeypatch.setattr(secrets, "_tokens", {"main-secret": secrets._Token("token-1", math.inf)})
    left.server_login = ServerLogin.XOAUTH2
    left.save()
    return left


def test_a_token_opens(modern, drop):
    drop.add(mail())
    assert len(fetch(modern).rows) == 1
    assert "AUTH XOAUTH2" in drop.commands


def test_a_token_that_the_server_refuses_is_thrown_away_and_stops_the_mailbox(modern, drop):
    drop.token = "token-2"
    fetch(modern)
    assert state_of(modern).error == "the server refused the login"
    assert secrets._tokens == {}


@pytest.fixture
def context(certificate, monkeypatch) -> ssl.SSLContext:
    """The server's side; our side believes its certificate as if an authority had signed it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def test_encrypted_from_the_start_is_the_default(left, drop, context):
    drop.add(mail())
    with listening(partial(Session, drop), context) as port:
        Mailbox.objects.update(server_port=port, server_security=Mailbox().server_security)
        assert len(fetch(left).rows) == 1


def test_encryption_after_stls_comes_before_the_password(left, drop, context):
    Mailbox.objects.update(server_security=ServerSecurity.STARTTLS)
    drop.tls = context
    drop.add(mail())
    assert len(fetch(left).rows) == 1
    assert [command.split()[0] for command in drop.commands][:4] == ["CAPA", "STLS", "USER", "PASS"]


@pytest.mark.parametrize("capabilities", [("USER",), ("",), ("ą",)])
def test_no_password_goes_to_a_server_without_stls(left, drop, capabilities):
    drop.capabilities = capabilities
    Mailbox.objects.update(server_security=ServerSecurity.STARTTLS)
    fetch(left)
    assert (state_of(left).failures, drop.commands) == (1, ["CAPA"])


def test_a_server_with_a_certificate_that_nobody_knows_gets_no_password(left, drop, context, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    Mailbox.objects.update(server_security=ServerSecurity.STARTTLS)
    drop.tls = context
    fetch(left)
    assert "CERTIFICATE_VERIFY_FAILED" in state_of(left).error
    assert drop.commands == ["CAPA", "STLS"]
    assert RawMessage.objects.count() == 0
