"""What a failed hand-over is about. Only what is about the person or the words ends her notice."""

import smtplib

import pytest
import requests
from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.mail.message import BadHeaderError

from notifications.channels.refusals import About, about

ANA = "ana@example.org"


def recipient(code: int, said: str) -> Exception:
    return smtplib.SMTPRecipientsRefused({ANA: (code, said.encode())})


def words(code: int, said: str) -> Exception:
    return smtplib.SMTPDataError(code, said.encode())


def provider(status: int, said: str = "") -> Exception:
    response = requests.Response()
    response.status_code = status
    response._content = said.encode()
    error: Exception = AnymailRequestsAPIError("the provider answered", response=response)
    return error


@pytest.mark.parametrize(
    "error",
    [
        recipient(550, "5.1.1 no such user"),
        recipient(550, "5.1.10 null MX"),
        recipient(550, "5.4.4 no route to host"),
        recipient(552, "5.2.2 mailbox full"),
        recipient(550, "No such user here"),
        recipient(553, "mailbox name not allowed"),
        words(552, "5.3.4 message too big"),
        words(554, "5.6.0 malformed"),
        words(554, "5.7.1 looks like spam"),
        words(550, "5.1.1 no such user"),
        smtplib.SMTPSenderRefused(552, b"5.3.4 size exceeds fixed limit", "bounce+1@kontakt.example"),
        provider(413),
        provider(422, '{"message": "ANA@example.org is not a valid address"}'),
        provider(400, '{"error": "550 5.1.1 unknown recipient"}'),
        AnymailRecipientsRefused(),
        AnymailInvalidAddress(
            "Invalid email address 'ANA@example.org' parsed from 'ANA@example.org' in `to`"
        ),
        AnymailSerializationError("a date"),
        BadHeaderError("a line break"),
    ],
)
def test_this_person_or_these_words(error):
    assert about(error, ANA) is About.MAIL


@pytest.mark.parametrize(
    "error",
    [
        recipient(554, "5.7.1 <ana@example.org>: Relay access denied"),
        recipient(554, "5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org"),
        recipient(550, "Relaying denied"),
        recipient(550, "blocked, see our website"),
        recipient(530, "5.7.0 Authentication required"),
        recipient(550, "5.1.8 bad sender"),
        words(554, "5.7.1 rejected by local policy"),
        words(550, "5.7.26 unauthenticated mail"),
        words(554, "5.7.1 listed at zen.spamhaus.org"),
        smtplib.SMTPAuthenticationError(535, b"5.7.8 authentication failed"),
        smtplib.SMTPSenderRefused(553, b"5.7.1 not owned by user", "bounce+1@kontakt.example"),
        provider(401),
        provider(403, '{"message": "account suspended"}'),
        provider(422, '{"Message": "The From address is not a verified Sender Signature"}'),
        provider(400, '{"message": "domain not verified"}'),
        AnymailConfigurationError("no API key"),
    ],
)
def test_us(error):
    assert about(error, ANA) is About.ACCOUNT


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "Connection refused"),
        TimeoutError(),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPConnectError(421, b"busy"),
        smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."),
        provider(429),
        provider(503),
    ],
)
def test_the_mail_system(error):
    assert about(error, ANA) is About.RELAY


@pytest.mark.parametrize("error", [recipient(452, "4.2.2 full"), words(451, "4.7.1 try again")])
def test_this_moment(error):
    assert about(error, ANA) is About.MOMENT


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPNotSupportedError("no SMTPUTF8"),
        UnicodeEncodeError("ascii", "ż", 0, 1, "ordinal not in range"),
    ],
)
def test_an_address_that_the_server_cannot_write_is_the_persons(error):
    assert about(error, "żółw@example.org") is About.MAIL


@pytest.mark.parametrize(
    "error",
    [
        TypeError("a bug"),
        KeyError("a bug"),
        AnymailInvalidAddress("Invalid email address 'kontakt' parsed from 'kontakt' in `from_email`"),
        AnymailUnsupportedFeature("envelope_sender"),
        UnicodeEncodeError("ascii", "ż", 0, 1, "ordinal not in range"),
        ValueError("domain missing in 'kontakt'"),
    ],
)
def test_our_own_fault(error):
    assert about(error, ANA) is About.OURSELVES
