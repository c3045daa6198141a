"""Mails of the embedded installation are files that any mail reader opens."""

import mailbox

import pytest
from django.core.mail import EmailMessage

from contact_centre.web.maildir import MaildirBackend


def message(to=("anna@poczta.example",)):
    return EmailMessage("Zgłoszenie przyjęte", "Dzień dobry", "kontakt@kontakt.example", list(to))


def test_messages_become_files_of_a_maildir(tmp_path):
    backend = MaildirBackend(file_path=str(tmp_path / "var" / "mail"))
    assert backend.send_messages([message(), message()]) == 2
    box = mailbox.Maildir(tmp_path / "var" / "mail")
    assert len(box) == 2
    first = next(iter(box))
    assert first["To"] == "anna@poczta.example"
    assert first.get_payload(decode=True) == "Dzień dobry".encode()


def test_message_to_nobody_is_not_written(tmp_path):
    assert MaildirBackend(file_path=str(tmp_path / "mail")).send_messages([message(to=())]) == 0


def test_directory_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(OSError, match="mail"):
        MaildirBackend(file_path=str(tmp_path / "mail")).send_messages([message()])
    quiet = MaildirBackend(file_path=str(tmp_path / "mail"), fail_silently=True)
    assert quiet.send_messages([message()]) == 0
