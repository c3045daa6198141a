"""Who is a machine: nobody answers those."""

import pytest

from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Machine
from tests.contact_centre.intake.mails import (
    BOUNCE,
    COMPLAINT,
    NEWSLETTER,
    READ_RECEIPT,
    VACATION,
    mail,
    multipart,
    text_part,
)

CALENDAR = b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("raw", "machine"),
    [
        (mail(), Machine.NO),
        (mail(Auto_Submitted="no"), Machine.NO),
        (mail(Precedence="first-class"), Machine.NO),
        (mail(subject="Odp: nieobecność śmieciarki", In_Reply_To="<a@b>"), Machine.NO),
        (mail(subject="Out of office furniture on the pavement"), Machine.NO),
        (mail(Return_Path="<ana@example.org>"), Machine.NO),
        (BOUNCE, Machine.BOUNCE),
        (READ_RECEIPT, Machine.READ_RECEIPT),
        (COMPLAINT, Machine.FEEDBACK_REPORT),
        (VACATION, Machine.AUTO_REPLY),
        (NEWSLETTER, Machine.OTHER),
        (mail(X_Failed_Recipients="a@b.example"), Machine.BOUNCE),
        (mail(sender="Mail Delivery <MAILER-DAEMON@x.example>"), Machine.BOUNCE),
        (mail(sender="<>", subject="Undeliverable: x"), Machine.BOUNCE),
        (mail(sender="postmaster@x.example", subject="Undeliverable: x"), Machine.BOUNCE),
        (mail(sender="postmaster@x.example"), Machine.OTHER),
        (mail(Precedence="auto_reply"), Machine.AUTO_REPLY),
        (mail(X_Autoreply="yes"), Machine.AUTO_REPLY),
        (mail(X_POST_MessageClass="9; Autoresponder"), Machine.AUTO_REPLY),
        (mail(subject="Poza biurem", X_Auto_Response_Suppress="All"), Machine.AUTO_REPLY),
        (mail(subject="Out of Office: x", Return_Path="<>"), Machine.AUTO_REPLY),
        (multipart(text_part("Accepted"), CALENDAR), Machine.AUTO_REPLY),
        (mail(Auto_Submitted="auto-generated; x=y"), Machine.OTHER),
        (mail(X_Auto_Response_Suppress="DR, oof"), Machine.OTHER),
        (mail(Return_Path="<>"), Machine.OTHER),
        (mail(List_Unsubscribe="<mailto:x@y.example>"), Machine.OTHER),
        (mail(sender="no-reply@shop.example"), Machine.OTHER),
        (mail(sender="noreply+x@shop.example"), Machine.OTHER),
        (mail(sender="reply.ana@shop.example"), Machine.NO),
    ],
)
def test_machines_are_known_by_their_marks(raw, machine):
    assert parse(raw).machine is machine


QMAIL = (
    "Hi. This is the qmail-send program at isp.example.\nI'm afraid I wasn't able to deliver your message."
)
STATUS = (
    b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x\r\n\r\nFinal-Recipient: rfc822;u@x.pl"
)
RECEIPT = b"Content-Type: message/disposition-notification\r\n\r\nDisposition: a; displayed"

INNER = BOUNCE.replace(b"=_b", b"=_in")
DISPLAYED = "report-type=disposition-notification"


def nested(*parts: bytes, kind: str = "mixed") -> bytes:
    """A part made of parts."""
    body = b"".join(b"--in\r\n" + one + b"\r\n" for one in parts) + b"--in--"
    return f"Content-Type: multipart/{kind}; boundary=in\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("raw", "machine"),
    [
        (mail(QMAIL, subject="problem", Return_Path="<>"), Machine.BOUNCE),
        (mail(QMAIL, subject="problem"), Machine.NO),
        (mail("wrócę w piątek", subject="problem", Return_Path="<>"), Machine.OTHER),
        (multipart(nested(text_part("hi"), STATUS)), Machine.BOUNCE),
        (multipart(nested(text_part("hi"), nested(STATUS).replace(b"in", b"out"))), Machine.BOUNCE),
        (multipart(nested(text_part("read"), RECEIPT, kind=f"report; {DISPLAYED}")), Machine.READ_RECEIPT),
        (multipart(nested(text_part("read"), RECEIPT)), Machine.READ_RECEIPT),
        (multipart(nested(text_part("spam"), kind='report; Report-Type="Feedback-Report"')), Machine.FEEDBACK_REPORT),
        # What somebody passes on is not her own report.
        (multipart(text_part("zobaczcie"), b"Content-Type: message/rfc822\r\n\r\n" + INNER), Machine.NO),
    ],
)  # fmt: skip
def test_a_report_is_known_wherever_it_lies(raw, machine):
    """EMAIL §6: a delivery-status part anywhere; null return path and known MTA text."""
    assert parse(raw).machine is machine


@pytest.mark.parametrize(
    ("raw", "machine"),
    [
        (mail(subject="Your email requires verification verify#rytsCpsStxBOz1"), Machine.AUTO_REPLY),
        (mail(subject="[SPAM] Your email requires verification verify#abc"), Machine.AUTO_REPLY),
        (
            mail(subject="Please confirm your message", In_Reply_To="<n1.a@kontakt.example>"),
            Machine.AUTO_REPLY,
        ),
        (mail(subject="Sender verification required", Return_Path="<>"), Machine.AUTO_REPLY),
        (mail(subject="Potwierdź wysłanie wiadomości", Precedence="bulk"), Machine.AUTO_REPLY),
        (mail(subject="Please confirm your message about the bin"), Machine.NO),
        (mail(subject="Re: Please confirm your message", In_Reply_To="<a@b>"), Machine.NO),
    ],
)
def test_a_filter_that_asks_who_wrote_is_a_machine(raw, machine):
    """EMAIL §5 and §6: challenge-response is an automatic reply."""
    assert parse(raw).machine is machine


def calendar(method: str, parameter: str = "", kind: str = "text/calendar") -> bytes:
    lines = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{method}BEGIN:VEVENT\r\nDESCRIPTION:x\r\nMETHOD:REPLY\r\nEND:VEVENT"
    return f"Content-Type: {kind}{parameter}\r\n\r\n{lines}".encode()


@pytest.mark.parametrize(
    ("part", "machine"),
    [
        (calendar("METHOD:REPLY\r\n"), Machine.AUTO_REPLY),
        (calendar("Method: cancel\r\n", kind="application/ics"), Machine.AUTO_REPLY),
        (calendar("", "; method=REPLY"), Machine.AUTO_REPLY),
        (calendar("METHOD:REQUEST\r\n"), Machine.NO),
        (calendar("METHOD:REPLY\r\n", "; method=REQUEST"), Machine.NO),
        # What stands within an event is not said of the calendar.
        (calendar(""), Machine.NO),
        # However many lines stand before it, or before the first event where nothing is found.
        (calendar("X-WR:1\r\n" * 60 + "METHOD:REPLY\r\n"), Machine.AUTO_REPLY),
        (calendar("X-WR:1\r\n" * 60), Machine.NO),
    ],
)
def test_the_answer_to_an_invitation_is_automatic(part, machine):
    """EMAIL §10: METHOD:REPLY/CANCEL is automatic, also where only the calendar itself says so."""
    assert parse(multipart(text_part("Accepted"), part)).machine is machine


@pytest.mark.parametrize(
    ("sender", "machine"),
    [
        ("noreply_x@shop.example", Machine.OTHER),
        ("noreply2@shop.example", Machine.OTHER),
        ("no-reply-abc@shop.example", Machine.OTHER),
        ("noreplyana@shop.example", Machine.NO),
    ],
)
def test_addresses_that_nobody_reads(sender, machine):
    """EMAIL §5: From no(t)-?reply, with whatever is counted on behind it."""
    assert parse(mail(sender=sender)).machine is machine
