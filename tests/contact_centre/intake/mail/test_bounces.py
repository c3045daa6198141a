"""Mails that came back: reports whole and broken, and the letters of known mail servers (EMAIL §6)."""

import pytest

from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.types import Failure, Machine
from tests.contact_centre.intake.mails import mail, multipart, text_part

ORIGINAL = "Original-Recipient: rfc822;x@example.org\r\n"
DAEMON = "MAILER-DAEMON@mx.example.org"


def report(*blocks: str, kind: str = "message/delivery-status", enclosed: bytes = b"") -> bytes:
    status = "\r\n\r\n".join(("Reporting-MTA: dns; mx.example.org", *blocks))
    parts = [text_part("Not delivered."), f"Content-Type: {kind}\r\n\r\n{status}".encode()]
    parts += [enclosed] if enclosed else []
    return multipart(*parts, kind="report; report-type=delivery-status", sender=DAEMON, subject="Undelivered")


def found(raw: bytes) -> list[tuple[str, Failure, bool, str]]:
    parsed = parse(raw)
    assert parsed.machine is Machine.BOUNCE
    return [(one.address, one.failure, one.is_final, one.status) for one in parsed.report.recipients]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("Action: failed\r\nStatus: 5.1.1", (Failure.DEAD, True, "5.1.1")),
        ("Action: failed\r\nStatus: 5.1.10", (Failure.DEAD, True, "5.1.10")),
        ("Action: failed\r\nStatus: 5.1.2 (host)", (Failure.DEAD, True, "5.1.2")),
        ("Action: failed\r\nStatus: 5.4.4", (Failure.DEAD, True, "5.4.4")),
        ("Action: failed\r\nStatus: 5.2.2", (Failure.REFUSED, True, "5.2.2")),
        ("Action: failed\r\nStatus: 5.7.1", (Failure.REFUSED, True, "5.7.1")),
        ("Action: failed\r\nStatus: 5.2.3", (Failure.REFUSED, True, "5.2.3")),
        ("Action: Failed (gave up)\r\nStatus: 4.4.7", (Failure.TEMPORARY, True, "4.4.7")),
        ("Action: delayed\r\nStatus: 4.2.2", (Failure.TEMPORARY, False, "4.2.2")),
        ("Status: 4.4.1", (Failure.TEMPORARY, False, "4.4.1")),
        ("Action: relayed\r\nStatus: 2.0.0", (Failure.NONE, False, "2.0.0")),
        ("Action: delivered\r\nStatus: 2.0.0", (Failure.NONE, False, "2.0.0")),
        ("Action: expanded\r\nStatus: 2.0.0", (Failure.NONE, False, "2.0.0")),
        # The block's own code counts, whatever codes its words hold; a code that says nothing gives way to them.
        (
            "Action: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
            (Failure.REFUSED, True, "5.7.1"),
        ),
        (
            "Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown",
            (Failure.DEAD, True, "5.1.1"),
        ),
        ("Action: failed\r\nDiagnostic-Code: smtp; 550 No such user", (Failure.DEAD, True, "5.1.1")),
        ("Action: failed\r\nDiagnostic-Code: smtp; 552 over quota", (Failure.REFUSED, True, "5.2.2")),
        ("Action: failed\r\nDiagnostic-Code: smtp; 554 rejected", (Failure.REFUSED, True, "5.0.0")),
    ],
)
def test_the_classes_of_failures(block, expected):
    """EMAIL §6: permanent, temporary, not dead, success."""
    assert found(report(f"Final-Recipient: rfc822; Ana@Example.org\r\n{block}")) == [
        ("ana@example.org", *expected)
    ]


@pytest.mark.parametrize(
    "blocks",
    [
        (
            "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1",
            "Final-Recipient: rfc822; b@example.org\r\nAction: failed\r\nStatus: 5.2.2",
        ),
        # No empty line between the recipients, and too many within one.
        (
            (
                "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                "Final-Recipient: rfc822; b@example.org\r\nAction: failed\r\nStatus: 5.2.2"
            ),
        ),
        (
            "Final-Recipient: rfc822; a@example.org\r\n\r\nAction: failed\r\n\r\n\r\nStatus: 5.1.1",
            f"{ORIGINAL}Final-Recipient: rfc822; b@example.org\r\n\r\nAction: failed\r\nStatus: 5.2.2",
        ),
    ],
)
def test_all_recipients_are_read_however_the_blocks_are_parted(blocks):
    """EMAIL §6: blank-line separated, tolerate none and extra blank lines."""
    assert found(report(*blocks)) == [
        ("a@example.org", Failure.DEAD, True, "5.1.1"),
        ("b@example.org", Failure.REFUSED, True, "5.2.2"),
    ]


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("Final-Recipient: RFC822;<ana@example.org>", "ana@example.org"),
        ("Final-Recipient: ana@example.org", "ana@example.org"),
        ("Final-Recipient: utf-8; \\x{17C}uk@example.org", "żuk@example.org"),
        ("Original-Recipient: rfc822;ana+2Bx+40example.org", "ana+x@example.org"),
        (
            "Final-Recipient: x400; /S=ana/C=pl\r\nOriginal-Recipient: rfc822; ana@example.org",
            "ana@example.org",
        ),
    ],
)
def test_address_types_and_encodings(field, address):
    """EMAIL §6: rfc822, utf-8, x400; xtext."""
    assert found(report(f"{field}\r\nAction: failed\r\nStatus: 5.1.1"))[0][0] == address


def test_a_global_report_and_one_without_its_outer_frame_are_read_too():
    block = "Final-Recipient: rfc822; ana@example.org\r\nAction: failed\r\nStatus: 5.1.1"
    assert len(found(report(block, kind="message/global-delivery-status"))) == 1
    part = f"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n{block}".encode()
    assert len(found(multipart(text_part("x"), part, sender=DAEMON))) == 1


LETTERS = {
    "qmail": (
        "Hi. This is the qmail-send program at mx.example.org.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        "<ana@example.org>:\n192.0.2.7 does not like recipient.\n"
        "Remote host said: 550 5.1.1 <ana@example.org>: User unknown\n\n"
        "--- Below this line is a copy of the message.\n\nReturn-Path: <other@kontakt.example>\n"
    ),
    "exim": (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\nrecipients. The following "
        "address(es) failed:\n\n  ana@example.org\n    SMTP error: 550 unrouteable address\n"
    ),
    "Exchange": (
        "Your message did not reach some or all of the intended recipients.\n\n      Subject:  Twoja sprawa\n\n"
        "The following recipient(s) could not be reached:\n\n      ana@example.org on 17.11.2026 09:00\n"
        "            The e-mail account does not exist. Check the address.\n            <mx.example.org #5.1.1>\n"
    ),
    "Notes": (
        "------- Failure Reasons  --------\n\nUser ana (ana@example.org) not listed in Domino Directory\n"
        "ana@example.org\n\n------- Returned Message --------\n"
    ),
    "sendmail": (
        "   ----- The following addresses had permanent fatal errors -----\n<ana@example.org>\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n"
        ">>> RCPT To:<ana@example.org>\n<<< 550 5.1.1 <ana@example.org>... User unknown\n"
    ),
}


@pytest.mark.parametrize("server", LETTERS)
def test_the_letters_of_known_servers(server):
    """EMAIL §6: null return path and known MTA text."""
    raw = mail(LETTERS[server], sender=DAEMON, subject="failure notice", Return_Path="<>")
    assert found(raw) == [("ana@example.org", Failure.DEAD, True, "5.1.1")]


def test_the_field_of_exim_names_who_was_not_reached():
    raw = mail("Nothing to read here.", sender=DAEMON, X_Failed_Recipients="a@example.org, b@example.org")
    assert [one[0] for one in found(raw)] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize(
    "enclosed",
    [
        b"Content-Type: message/rfc822\r\n\r\nMessage-ID: <one@x>\r\nReferences: <two@x> <three@x>\r\n\r\nwords",
        b"Content-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: <one@x>\r\n",
    ],
)
def test_the_ids_of_the_enclosed_mail_are_read(enclosed):
    """EMAIL §6: correlate by the embedded mail."""
    assert parse(report(enclosed=enclosed)).report.message_ids[0] == "one@x"


def test_the_id_of_a_copy_in_the_text_is_read():
    raw = mail("This is the qmail-send program\n\nMessage-ID: <one@x>\n", sender=DAEMON)
    assert parse(raw).report.message_ids == ("one@x",)


@pytest.mark.parametrize(
    "status", ["", "\r\n" * 50, "Final-Recipient:", "Final-Recipient: ;;;\r\nAction", ": : :", "\\x{FFFFFF}"]
)
def test_nonsense_in_a_report_makes_no_error_and_no_recipient(status):
    assert found(report(status)) == []


def test_a_mail_that_is_no_failure_has_no_report():
    assert parse(mail(LETTERS["exim"])).report.recipients == ()
