"""A mailbox whose server listens on this machine."""

import pytest

from contact_centre.intake.models import ImapSecurity, Mailbox, MailSource
from tests.contact_centre.intake.imap.server import Box, serving


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
            imap_host="127.0.0.1",
            imap_port=port,
            imap_security=ImapSecurity.NONE,
            imap_user="kontakt",
            secret_name="main-secret",
        )
