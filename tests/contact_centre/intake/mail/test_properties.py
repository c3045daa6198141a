"""Whatever the bytes are, they become a mail that can be stored, in time, and always the same one."""

import time
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contact_centre.intake.mail import charset, transfer
from contact_centre.intake.mail.endings import without_ending
from contact_centre.intake.mail.parse import parse
from contact_centre.intake.mail.reply import strip_quotes
from contact_centre.intake.mail.sanitise import sanitised
from contact_centre.intake.mail.types import ParsedMail
from tests.contact_centre.intake.mails import BOUNCE, VACATION, file_part, mail, multipart, photo, text_part

_WHOLE = (
    multipart(
        text_part("Łąka"), file_part(photo(), "a.jpg"), text_part("<p>x <img src='cid:a'></p>", "html")
    ),
    multipart(b"Content-Type: message/rfc822\r\n\r\n" + mail("w środku"), text_part("obok"), kind="related"),
    mail("W dniu 17.11.2026 Miasto napisał:\n> pytanie\n\n-- \nAna\n\nSent from my iPhone"),
    BOUNCE,
    VACATION,
)
_PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html\r\n", b"\r\n", b"\n\n", b"--b\r\n",
        b"--b--", b"Content-Transfer-Encoding: base64\r\n", b"From: a@b.pl\n", b"Subject: =?utf-8?B?", b"?=", b"\0",
        b"Content-Type: message/rfc822\n\n", b"begin 644 a\n#0V%T\nend\n", b"\x78\x9f\x3e\x22", b"> a\n", b"<b>", b"\r",
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n", b"filename*0*=utf-8''%C4", b"\xff\xfe",
        b"Content-Type: application/pkcs7-mime\n\n\x30\x80", b"On 2024 a@b wrote:\n", b"-- \n", b"=ybegin name=a\n",
        b"Content-ID: <b\xfc\0@x>\n", b"Content-Disposition: in\xfc\0line\n", b"To: b\xfcro@konin.example\n",
        b"Delivered-To: \xff\x01@konin.example\n", b"Content-Type: text/html; charset=utf-7\n\n+2AA-",
        b"Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822;b\xfc@x.pl\nAction: failed\n",
    ]
)  # fmt: skip
_LINES = st.lists(
    st.sampled_from(["> a", "słowa", "", "-- ", "W dniu 2.2.2024 o 10:00 A napisał:", "Od: a", "Do: b", "Wysłano: c",
                     "\ufdd0", "Sent from my iPhone", "-----Original Message-----", "Nie.", "Write above this line"]),
    max_size=12,
)  # fmt: skip


def strings(value: object) -> Iterator[str]:
    """Every text in what was read, however deep it lies."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from strings(one)


def check(raw: bytes) -> None:
    """EMAIL §0.1 and §8, last bullet: every text that was read can be kept by both databases."""
    started = time.process_time()
    found = parse(raw)
    assert isinstance(found, ParsedMail)
    assert time.process_time() - started < 3
    for words in strings(asdict(replace(found, html=""))):
        assert not {"\0", "\ufdd0"} & set(words)
        words.encode()
    assert "\0" not in found.html
    found.html.encode()
    assert parse(raw).content_digest == found.content_digest
    sanitised(found.html, found.files)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(_PIECES, st.binary(max_size=30)), max_size=25))
def test_pieces_of_mails_in_any_order_become_a_mail(pieces):
    check(b"".join(pieces))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(_WHOLE),
    st.integers(0, 3000),
    st.integers(0, 400),
    st.one_of(_PIECES, st.binary(max_size=40)),
)
def test_a_mail_with_a_piece_replaced_becomes_a_mail(whole, place, length, piece):
    check(whole[:place] + piece + whole[place + length :])


@pytest.mark.parametrize(
    "field",
    [
        b"Content-ID: <bi\xfc\0ld@x>", b"Content-Disposition: inl\xfc\0ine; filename=a.png",
        b"Content-Type: image/p\xfcng\0; name=\"\xfc\0.png\"", b"Content-Description: \xfc\0",
    ],
)  # fmt: skip
def test_odd_bytes_in_the_fields_of_a_part_are_left_out(field):
    """EMAIL §8: NUL and other C0 removed, lone surrogates replaced."""
    check(multipart(text_part("Łąka"), field + b"\r\nContent-Type: image/png\r\n\r\nabc"))


def test_odd_bytes_in_an_address_are_read_as_letters():
    raw = mail("x").replace(b"To: kontakt@", b"To: b\xfcro@")
    assert parse(raw).recipients == ("büro@kontakt.example",)
    check(raw)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_have_a_text_and_any_encoding_is_left_behind(data, name):
    assert isinstance(charset.decode(data, name)[0], str)
    assert isinstance(transfer.decoded(data, name)[0], bytes)


@settings(max_examples=300, deadline=None)
@given(_LINES)
def test_what_is_folded_stands_at_the_end_and_never_is_everything(lines):
    text = "\n".join(lines).strip()
    kept = strip_quotes(text)
    assert text.startswith(kept)
    assert bool(kept.replace("\ufdd0", "").strip()) == bool(text.replace("\ufdd0", "").strip()) or not kept
    assert "\n".join(lines).startswith(without_ending(lines))
