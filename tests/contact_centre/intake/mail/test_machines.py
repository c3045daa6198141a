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
