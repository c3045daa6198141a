"""E-mail backends that answer as a mail server may."""

import smtplib
import threading
from collections.abc import Sequence

from anymail.message import AnymailRecipientStatus, AnymailStatus
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend
from django.core.mail.message import EmailMessage


class NoSuchPerson(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"5.1.1 no such user")})


class MailboxFull(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"ana@example.org": (452, b"4.2.2 mailbox full")})


class WrongPassword(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 authentication failed")


class TakenForSpam(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPDataError(554, b"5.7.1 looks like spam")


class NobodyHere(BaseEmailBackend):
    """Knows no status codes."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"no such user here")})


class NoRelaying(BaseEmailBackend):
    """A mail system that takes nothing from us, whoever it is for."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise smtplib.SMTPRecipientsRefused({"ana@example.org": (554, b"5.7.1 Relay access denied")})


class Unwritable(BaseEmailBackend):
    """A mail that cannot be put into the form that goes over the wire."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise UnicodeEncodeError("ascii", "ż", 0, 1, "ordinal not in range")


class Away(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError(111, "Connection refused")


class Slow(EmailBackend):
    """Takes the mail only when ``gate`` opens; ``entered`` says that it was handed over."""

    entered = threading.Event()
    gate = threading.Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        Slow.entered.set()
        Slow.gate.wait(timeout=10)
        return super().send_messages(messages)


class Second(EmailBackend):
    """The relay that steps in; takes everything."""


class SecondAway(BaseEmailBackend):
    """A second relay that is away too."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError(111, "Connection refused")


class Provider(EmailBackend):
    """A provider that takes everything and gives it an id of its own, as Anymail's backends do."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            status = AnymailStatus()
            status.set_recipient_status({message.to[0]: AnymailRecipientStatus("provider-1", "queued")})
            message.anymail_status = status  # type: ignore[attr-defined]
        return super().send_messages(messages)
