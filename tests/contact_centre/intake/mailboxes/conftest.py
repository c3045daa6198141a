"""A mailbox whose server listens on this machine."""

import pytest

from contact_centre.intake.models import Mailbox, MailSource, ServerSecurity
from tests.contact_centre.intake.mailboxes.imap_server import Box, serving


@pytest.fixture
def box():
    return Box()


@pytest.fixture
def mailbox(db, box, settings, tmp_path):
    settings.MAIL_SECRETS_DIR = tmp_path
    (tmp_path / "main-secret").write_text(box.password + "\n")
    with serving(box) as port:
        yield Mailbox.objects.create(
            code="main",
            address="kontakt@kontakt.example",
            source=MailSource.IMAP,
            server_host="127.0.0.1",
            server_port=port,
            server_security=ServerSecurity.NONE,
            server_user="kontakt",
            secret_name="main-secret",
        )
