"""Reading a mail never raises, and what it says is found."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_centre.intake.mail import parse as reading
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.subject import without_marks
from tests.contact_centre.intake.mails import file_part, mail, multipart, photo, text_part


def test_a_plain_mail_is_read():
    found = parse(mail("Dzień dobry,\r\nnie świeci lampa.", subject="=?utf-8?Q?Lampa?=", message_id="<x@y>"))
    assert found.text == "Dzień dobry,\nnie świeci lampa."
    assert (found.subject, found.message_id, found.defects) == ("Lampa", "x@y", ())
    assert found.sender is not None
    assert found.sender.key == "ana@example.org"


@pytest.mark.parametrize(
    "folded",
    [
        "\r\n Re: Dziura\r\n  w drodze",
        "Re:\r\n\tDziura\r\n\tw drodze",
        "=?utf-8?Q?Re:_Dziura_?=\r\n =?utf-8?Q?_w_drodze?=",
        "=?utf-8?Q?Re:_Dziura\r\n w drodze?=",
        "=?utf-8?Q?=E2=80=8B_Re:_Dziura?=\r\n =?iso-8859-2?Q?_w_drodze?=",
        "=?utf-8?Q?=EF=BB=BFRe:_Dziura_=E2=81=A0_w_dro=C2=ADdze?=",
        "Re: Dziura \x01 w drodze",
    ],
)
def test_a_folded_subject_is_one_line_with_single_spaces(folded):
    """EMAIL §8: folded encoded-words."""
    subject = parse(mail(subject=folded)).subject
    assert (subject, without_marks(subject)) == ("Re: Dziura w drodze", "Dziura w drodze")


def test_plain_text_is_preferred_to_html():
    """EMAIL §8: multipart/alternative."""
    html = text_part("<p>jako <b>HTML</b></p>", "html")
    assert parse(multipart(text_part("jako tekst"), html, kind="alternative")).text == "jako tekst"
    assert parse(multipart(text_part("  "), html, kind="alternative")).text == "jako HTML"
    excuse = text_part("Your mail client cannot display this message.")
    assert parse(multipart(excuse, html, kind="alternative")).text == "jako HTML"


def test_texts_in_a_row_are_joined_and_files_are_files():
    """EMAIL §8: several inline text parts, concatenate in order."""
    found = parse(
        multipart(text_part("jeden"), file_part(photo(), "dziura.jpg", "image/jpeg"), text_part("dwa"))
    )
    assert found.text == "jeden\n\ndwa"
    assert [(file.name, file.media_type, file.data) for file in found.files] == [
        ("dziura.jpg", "image/jpeg", photo())
    ]


def test_the_root_of_related_parts_is_the_text_and_its_pictures_are_files():
    """EMAIL §8: multipart/related."""
    found = parse(
        multipart(
            text_part("<p>Lampa</p>", "html"), file_part(photo(), "a.jpg", "image/jpeg"), kind="related"
        )
    )
    assert (found.text, len(found.files)) == ("Lampa", 1)


def test_a_mail_inside_a_mail_is_a_file_and_never_the_text():
    """EMAIL §10: never take its text as the body."""
    inner = b"Content-Type: message/rfc822\r\n\r\n" + mail("obce słowa")
    found = parse(multipart(text_part("moje słowa"), inner))
    assert found.text == "moje słowa"
    assert b"obce" in found.files[0].data


@pytest.mark.parametrize("encoding", ["7-bit", "8bit;", "base64 ", "Quoted-Printable", "x-nonsense", ""])
def test_odd_transfer_encodings_are_understood(encoding):
    """EMAIL §8: unknown and misspelt CTE."""
    words = {"base64 ": "xYHEhWth", "Quoted-Printable": "=C5=81=C4=85ka"}.get(encoding, "Łąka")
    assert parse(mail(words, Content_Transfer_Encoding=encoding)).text == "Łąka"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"From ana Tue Nov 17\r\n" + mail("po mbox"), "po mbox"),
        (b"\r\n\n" + mail("po pustych"), "po pustych"),
        (b"\xef\xbb\xbf" + mail("po BOM"), "po BOM"),
        (b"HTTP junk\r\n" + mail("po śmieciu"), "po śmieciu"),
        (mail("stare Maki").replace(b"\r\n", b"\r"), "stare Maki"),
        ("nie ma nagłówka\ntylko tekst".encode(), "nie ma nagłówka\ntylko tekst"),
        (b"Subject: x\nDzie\xc5\x84 dobry", "Dzień dobry"),
        (multipart(text_part("bez końca")).replace(b"--=_b--", b""), "bez końca"),
        (mail("bez granicy", Content_Type="multipart/mixed"), "bez granicy"),
        (mail("inna granica", Content_Type='multipart/mixed; boundary="zz"'), "inna granica"),
        (mail("zły typ", Content_Type="nonsense"), "zły typ"),
        (mail("zły zestaw", Content_Type="text/plain; charset=x-nonsense"), "zły zestaw"),
        (mail("<p>strona</p>", Content_Type="text/html"), "strona"),
        (mail("a\x00b\x07c\u202e"), "abc\u202e"),
        (b"", ""),
        (b"\x00\xff" * 50, "ÿ" * 50),
    ],
)
def test_broken_mails_keep_their_words(raw, text):
    """EMAIL §1 and §8: lines before the header, missing parts of MIME."""
    if raw.startswith(b"\x00"):
        assert parse(raw).text
    else:
        assert parse(raw).text == text


def test_a_mail_of_a_thousand_mails_in_each_other_is_read_as_text():
    """EMAIL §8: depth limit."""
    found = parse(b"From: ana@example.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"koniec")
    assert found.text.endswith("koniec")
    assert found.sender is not None
    assert "unreadable:RecursionError" in found.defects


def test_what_is_too_long_is_cut_and_said():
    """EMAIL §8: limits, and a defect list."""
    found = parse(mail("ą" * (reading.MAX_TEXT + 5)))
    assert len(found.text) == reading.MAX_TEXT
    assert "text_cut" in found.defects


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.pl\n" + b"X-A: b\n" * 200_000,
        b"From: a@b.pl\nTo: " + b"a" * 1_000_000,
        b"From: " + b'"a' * 50_000,
        b"From: a@b.pl\nReferences: " + b"<a" * 100_000,
        b"From: a@b.pl\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 30_000,
        b"From: a@b.pl\n\n" + b"On 2024\n" * 100_000,
    ],
)
def test_no_mail_holds_the_queue_up(raw):
    """EMAIL §8: time limit per mail."""
    started = time.process_time()
    parse(raw)
    assert time.process_time() - started < 8


def test_copies_by_two_ways_have_one_digest_and_other_words_another():
    """EMAIL §2: canonical content digest."""
    raw = mail("słowa", message_id="<a@b>")
    other_way = b"Received: from x by y\r\nDelivered-To: z@x.example\r\n" + raw
    assert parse(raw).content_digest == parse(other_way).content_digest
    assert parse(raw).content_digest != parse(mail("inne", message_id="<a@b>")).content_digest


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.integers(0, 2000), st.binary(max_size=40))
def test_whatever_the_bytes_are_reading_them_does_not_raise(noise, place, patch):
    """EMAIL §0.6 and §8: work on bytes, never raise to the caller."""
    parse(noise)
    whole = multipart(text_part("Łąka"), file_part(b"%PDF", "a.pdf"), text_part("<p>x</p>", "html"))
    found = parse(whole[:place] + patch + whole[place + len(patch) :])
    found.text.encode()
    assert "\0" not in found.text + found.subject
