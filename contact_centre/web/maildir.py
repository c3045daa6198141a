"""An e-mail backend that delivers into a standard maildir, for installations without a mail server."""

import mailbox
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class MaildirBackend(BaseEmailBackend):
    """Writes each message as one file under ``EMAIL_FILE_PATH``; any mail reader can open the directory."""

    def __init__(self, file_path: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.directory = Path(file_path or settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Deliver all messages and return their number. Raises ``OSError`` unless ``fail_silently``."""
        delivered = 0
        try:
            self.directory.parent.mkdir(parents=True, exist_ok=True)
            box = mailbox.Maildir(self.directory, create=True)
            for message in email_messages:
                if message.recipients():
                    box.add(message.message().as_bytes())
                    delivered += 1
        except OSError:
            if not self.fail_silently:
                raise
        return delivered
