"""Header fields and addresses as they come, not as they should be."""

import base64
from email import message_from_bytes

import pytest

from contact_centre.intake.mail import address, headers
from contact_centre.intake.mail.subject import is_forward, without_marks


def parsed(*lines: str | bytes):
    raw = b"\r\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return message_from_bytes(raw + b"\r\n\r\n")


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?Q?Dziura_w_drodze?=", "Dziura w drodze"),
        ("=?UTF-8?q?=C5=81=C3=B3dka?= na =?utf-8?B?xYHEhWNl?=", "Łódka na Łące"),
        ("=?iso-8859-2?Q?=A6nieg?=", "Śnieg"),
        ("=?utf-8*pl?Q?Ala?=", "Ala"),
        ("=?x-unknown?Q?=C5=9Anieg?=", "Śnieg"),
        ("=?utf-8?B?xYHEhWNl", "=?utf-8?B?xYHEhWNl"),
        ("=?utf-8?B?xYHEhWNlX?=", "Łące"),
        ("plain =?utf-8?Q?a?=b", "plain ab"),
    ],
)
def test_encoded_words_are_decoded(value, text):
    """EMAIL §9: RFC 2047 with wrong padding, spaces inside, mixed B/Q, lower-case."""
    assert headers.text_value(parsed(f"Subject: {value}"), "Subject") == text


def test_a_character_split_between_two_words_is_joined():
    """EMAIL §8: encoded-words split inside a character, join before decode."""
    data = "Łąka".encode()
    value = f"=?utf-8?B?{b64(data[:3])}?=\r\n =?utf-8?B?{b64(data[3:])}?="
    assert headers.text_value(parsed(f"Subject: {value}"), "Subject") == "Łąka"


@pytest.mark.parametrize("written_in", ["utf-8", "cp1250"])
def test_raw_bytes_in_a_field_are_rescued(written_in):
    """EMAIL §9: raw 8-bit in headers."""
    mail = parsed(b"Subject: " + "Zażółć gęślą".encode(written_in))
    assert headers.text_value(mail, "subject") == "Zażółć gęślą"


def test_ids_are_found_in_any_shape():
    """EMAIL §4.2: ids folded, comma-separated, without brackets, thousands."""
    values = ["<a@b>,<c\r\n @d> (comment) e@f", "<g@h><i@j>"]
    assert headers.message_ids(values) == ("a@b", "c@d", "e@f", "g@h", "i@j")
    assert len(headers.message_ids([" ".join(f"<{n}@x>" for n in range(2000))])) == 50


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Ana Nowak <Ana@Example.ORG>", ("Ana Nowak", "Ana@Example.ORG", "ana@example.org")),
        ("ana@example.org", ("", "ana@example.org", "ana@example.org")),
        ("Ana Nowak ana@example.org", ("", "ana@example.org", "ana@example.org")),
        ('"Boss b@city.example" <ana@example.org>', ("Boss b@city.example", "ana@example.org", "ana@example.org")),
        ('"<boss@city.example>" <ana@example.org>', ("<boss@city.example>", "ana@example.org", "ana@example.org")),
        ("=?utf-8?Q?=C5=81ucja?= <l@example.org>", ("Łucja", "l@example.org", "l@example.org")),
        ("a@example.org, Bob <b@example.org>", ("", "a@example.org", "a@example.org")),
        ("<mailto:ana@example.org>", ("", "ana@example.org", "ana@example.org")),
        ("<@relay.example:ana@example.org>", ("", "ana@example.org", "ana@example.org")),
        ("ana@example.org.", ("", "ana@example.org", "ana@example.org")),
        ('"ana nowak"@example.org', None),
        ("Ana <ana@żółw.example>", ("Ana", "ana@żółw.example", "ana@xn--w-uga1v8h.example")),
        ("pete(his (x) account)@silly.example", ("", "pete@silly.example", "pete@silly.example")),
        ("undisclosed-recipients:;", None),
        ("Nobody <>", None),
        ("nobody", None),
        ("", None),
        ("a" * 300 + "@example.org", None),
    ],
)  # fmt: skip
def test_the_sender_is_the_first_mailbox(value, found):
    """EMAIL §3: sender for identity, first mailbox of From."""
    box = address.sender(parsed(f"From: {value}"))
    assert (box and (box.name, box.address, box.key)) == found


def test_an_address_hidden_in_an_encoded_name_is_not_the_sender():
    """EMAIL §3: RFC 2047 in the display name."""
    value = f"=?utf-8?B?{b64(b'Boss <boss@city.example>')}?= <ana@example.org>"
    box = address.sender(parsed(f"From: {value}"))
    assert box is not None
    assert box.address == "ana@example.org"


def test_where_the_mail_was_delivered_comes_before_to_whom_it_was_written():
    """EMAIL §4.1: Delivered-To, X-Original-To, Envelope-To, To, Cc."""
    mail = parsed("To: A <a@x.example>, b@x.example", "Delivered-To: Reply+1@X.example", "Cc: a@x.example")
    assert address.recipients(mail) == ("reply+1@x.example", "a@x.example", "b@x.example")


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Odp: dziura", "dziura"),
        ("RE[2]: FW: dziura", "dziura"),
        ("Odpowiedź: Відп: dziura", "dziura"),
        ("[EXT] Re: dziura", "dziura"),
        ("Pytanie o Re: dziura", "Pytanie o Re: dziura"),
        ("Remont: chodnik", "Remont: chodnik"),
        ("Re:", ""),
        ("Automatic reply: Re: dziura", "dziura"),
        ("Odpowiedź automatyczna: dziura", "dziura"),
        ("Automatische Antwort: dziura", "dziura"),
        ("Автоматична відповідь: dziura", "dziura"),
        ("Automatic doors: dziura", "Automatic doors: dziura"),
    ],
)
def test_only_marks_at_the_start_of_the_subject_are_cut(subject, bare):
    """EMAIL §4: subject normalisation, only at the start."""
    assert without_marks(subject) == bare


@pytest.mark.parametrize(
    ("subject", "is_one"),
    [
        ("Fwd: x", True),
        ("[EXT] FW: x", True),
        ("PD: x", True),
        ("WG: x", True),
        ("Re: Fwd: x", False),
        ("Dziura", False),
    ],
)
def test_a_forward_is_what_was_passed_on_last(subject, is_one):
    """EMAIL §4: forward by a resident."""
    assert is_forward(subject) is is_one
