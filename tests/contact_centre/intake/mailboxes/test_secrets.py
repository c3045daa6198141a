"""OAuth 2.0: tokens are bought at a real server over HTTP, and a refusal stops the tries (EMAIL.md, section 1)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from contact_centre.intake.mailboxes import progress, secrets
from contact_centre.intake.mailboxes.poll import poll
from contact_centre.intake.models import MailboxPoll, ServerLogin
from tests.contact_centre.intake.mails import mail
from tests.servers import answering

pytestmark = pytest.mark.django_db


@dataclass
class TokenServer:
    """What it answers next, and what it was asked."""

    status: int = 200
    answer: dict[str, object] = field(default_factory=lambda: {"access_token": "token-1", "expires_in": 3600})
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    state = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            state.asked.append(parse_qs(body))
            said = json.dumps(state.answer).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with answering(Handler) as port:
        state.url = f"http://127.0.0.1:{port}/token"
        yield state


@pytest.fixture
def modern(mailbox, tokens, settings, monkeypatch):
    """The mailbox signs in by OAuth 2.0."""
    monkeypatch.setattr(secrets, "_tokens", {})
    secret = {"token_url": tokens.url, "client_id": "city", "client_secret": "s", "refresh_token": "old"}
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text(json.dumps(secret))
    mailbox.server_login = ServerLogin.XOAUTH2
    mailbox.save()
    return mailbox


def fetch(mailbox):
    progress.due_mailboxes(timezone.now())
    return poll(mailbox.pk, on_stored=str)


def test_a_token_is_bought_and_held(modern, box, tokens):
    box.add(mail())
    assert len(fetch(modern).rows) == 1
    fetch(modern)
    assert [one["grant_type"] for one in tokens.asked] == [["refresh_token"]]
    assert tokens.asked[0]["refresh_token"] == ["old"]


def test_a_new_refresh_token_survives_the_process(modern, tokens, settings):
    tokens.answer["refresh_token"] = "new"
    fetch(modern)
    kept = json.loads((settings.MAIL_SECRETS_DIR / "main-secret").read_text())
    assert (kept["refresh_token"], kept["client_id"]) == ("new", "city")
    assert (settings.MAIL_SECRETS_DIR / "main-secret").stat().st_mode & 0o077 == 0


def test_without_a_refresh_token_the_application_signs_in_for_itself(modern, tokens, settings):
    secret = {"token_url": tokens.url, "client_id": "city", "client_secret": "s", "scope": "mail"}
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text(json.dumps(secret))
    fetch(modern)
    assert tokens.asked[0]["grant_type"] == ["client_credentials"]
    assert tokens.asked[0]["scope"] == ["mail"]


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_token_is_an_alarm_and_not_tried_for_ever(modern, tokens, status):
    tokens.status, tokens.answer = status, {"error": "invalid_grant"}
    fetch(modern)
    row = MailboxPoll.objects.get()
    assert row.stopped_at is not None
    assert row.error == f"the token server refused: {status} invalid_grant"
    assert fetch(modern) is None
    assert len(tokens.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_token_server_in_trouble_is_asked_again_later(modern, tokens, status):
    tokens.status = status
    fetch(modern)
    row = MailboxPoll.objects.get()
    assert (row.stopped_at, row.failures) == (None, 1)


def test_a_token_that_the_mailbox_refuses_is_thrown_away(modern, box, tokens):
    fetch(modern)
    box.token = "token-2"
    fetch(modern)
    assert MailboxPoll.objects.get().stopped_at is not None
    tokens.answer["access_token"] = "token-2"
    progress.start_again([modern.pk], at=timezone.now())
    box.add(mail())
    assert len(fetch(modern).rows) == 1


def test_a_file_that_is_no_json_is_named(modern, settings):
    (settings.MAIL_SECRETS_DIR / "main-secret").write_text("tajne haslo")
    fetch(modern)
    assert MailboxPoll.objects.get().error == "the file main-secret is no JSON"
