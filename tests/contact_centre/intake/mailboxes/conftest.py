"""Mailboxes whose servers listen on this machine, one by IMAP and one by POP3."""

from functools import partial

import pytest

from contact_centre.intake.models import Mailbox, MailSource, ServerSecurity
from tests.contact_centre.intake.mailboxes import imap_server, pop3_server
from tests.contact_centre.intake.mailboxes.listening import listening


def mailbox_at(port: int, source: MailSource) -> Mailbox:
    return Mailbox.objects.create(
        code="main",
        address="kontakt@kontakt.example",
        source=source,
        server_host="127.0.0.1",
        server_port=port,
        server_security=ServerSecurity.NONE,
        server_user="kontakt",
        secret_name="main-secret",
    )


@pytest.fixture
def secret(settings, tmp_path):
    settings.MAIL_SECRETS_DIR = tmp_path
    (tmp_path / "main-secret").write_text("tajne\n")


@pytest.fixture
def box():
    return imap_server.Box()


@pytest.fixture
def mailbox(db, secret, box):
    with listening(partial(imap_server.Session, box)) as port:
        yield mailbox_at(port, MailSource.IMAP)


@pytest.fixture
def drop():
    """What the POP3 server holds."""
    return pop3_server.Drop()


@pytest.fixture
def left(db, secret, drop):
    """A mailbox that is fetched by POP3 and leaves its mails on the server."""
    with listening(partial(pop3_server.Session, drop)) as port:
        yield mailbox_at(port, MailSource.POP3)


@pytest.fixture
def emptied(left):
    """The same, and it deletes what it has fetched."""
    left.pop3_deletes = True
    left.save()
    return left
