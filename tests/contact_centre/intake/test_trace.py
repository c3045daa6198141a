"""The envelope above a mail never becomes a wall between the mail and its own header (EMAIL §1)."""

import pytest

from contact_centre.intake.mail.parse import parse
from contact_centre.intake.store import header_of
from contact_centre.intake.trace import with_envelope
from tests.contact_centre.intake.mails import US, mail

LEADS = {
    "empty lines": b"\r\n\n \r\n",
    "byte order mark": b"\xef\xbb\xbf",
    "From line": b"From ana@example.org Tue Nov 17 08:58:00 2026\r\n",
    "quoted From line": b">From ana@example.org Tue Nov 17 08:58:00 2026\n",
    "From line and an empty one": b"From ana Tue Nov 17\r\n\r\n",
    "mark, empty line and From line": b"\xef\xbb\xbf\r\nFrom ana Tue Nov 17\r\n",
}


@pytest.mark.parametrize("lead", LEADS)
def test_what_stands_before_the_header_is_skipped_by_every_way_in(lead):
    """EMAIL §1: mbox "From " line and leading blank lines before headers: strip."""
    raw = with_envelope(LEADS[lead] + mail("słowa"), "ana@example.org", [US])
    found = parse(raw)
    assert found.sender is not None
    assert (found.sender.key, found.subject, found.text) == ("ana@example.org", "Dziura", "słowa")
    assert found.recipients == (US,)
    assert b"Subject: Dziura" in header_of(raw)


@pytest.mark.parametrize("lead", [*LEADS.values(), b"some gateway line\r\n"])
def test_a_mail_that_was_stored_with_it_is_read_as_well(lead):
    """EMAIL §1: garbage lines too, also below an envelope that another server wrote."""
    found = parse(
        b"Return-Path: <ana@example.org>\r\nDelivered-To: x@konin.example\r\n" + lead + mail("słowa")
    )
    assert (found.subject, found.text) == ("Dziura", "słowa")
    assert found.recipients == ("x@konin.example", US)


def test_words_before_the_header_are_kept_below_the_envelope():
    raw = with_envelope(b"Dzien dobry,\nto moja sprawa:\n\n" + mail("reszta"), "ana@example.org", [US])
    found = parse(raw)
    assert (found.subject, found.text) == ("Dziura", "Dzien dobry,\nto moja sprawa:\n\nreszta")


@pytest.mark.parametrize(
    "words", ["\r\nUwaga: dziura\r\nna Dworcowej", "\r\nAlarm\r\nCzujnik: 5", "tylko tekst\nwiele slow"]
)
def test_words_without_any_header_are_never_taken_for_one(words):
    found = parse(with_envelope(words.encode(), "ana@example.org", [US]))
    assert found.text.split() == words.split()
    assert found.recipients == (US,)


def test_a_folded_field_of_the_envelope_is_left_alone():
    found = parse(b"Delivered-To:\r\n x@konin.example\r\n" + mail("słowa"))
    assert (found.recipients, found.text) == (("x@konin.example", US), "słowa")
