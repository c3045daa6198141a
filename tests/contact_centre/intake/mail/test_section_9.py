"""Charsets and encoded names, in the order of section 9 of the mail rules: a fixture for each."""

import pytest

from contact_centre.intake.mail.charset import decode
from contact_centre.intake.mail.parse import parse
from tests.contact_centre.intake.mails import mail, multipart

POLISH = "Nie świeci lampa na ulicy Dworcowej, jest ciemno i źle widać jezdnię."


@pytest.mark.parametrize(
    ("declared", "real", "text"),
    [
        ("x-gbk", "gb18030", "道路"), ("gb2312", "gb18030", "镕"), ("iso-gb2312", "gb18030", "道路"),
        ("ks_c_5601-1987", "cp949", "도로"), ("shift_jis", "cp932", "①道"), ("iso-8859-1", "cp1252", "„tak”"),
        ("iso-8859-8-i", "iso8859-8", "שלום"), ("x-mac-cyrillic", "mac_cyrillic", "Привіт"),
        ("utf-7", "utf-7", "Łąka"), ("unicode-1-1-utf-7", "utf-7", "Łąka"), ("cp-850", "cp850", "Größe"),
        ("ansi", "cp1252", "Größe"), ("charset=utf-8", "utf-8", "Łąka"), ('"utf-8"', "utf-8", "Łąka"),
        ("charset=us-ascii", "ascii", "laka"), ("x-windows-1250", "cp1250", POLISH),
    ],
)  # fmt: skip
def test_the_names_that_programs_write_are_understood(declared, real, text):
    """EMAIL §9: alias table."""
    assert decode(text.encode(real), declared)[0] == text


@pytest.mark.parametrize(
    "declared", ["default", "unknown-8bit", "x-unknown", "", "nonsense", "unicode_escape", "\0"]
)
@pytest.mark.parametrize("real", ["utf-8", "cp1250", "iso8859-2", "utf-8-sig", "utf-16"])
def test_a_name_that_says_nothing_leaves_it_to_the_bytes(declared, real):
    """EMAIL §9: never LookupError; then BOM, UTF-8, detector."""
    assert decode(POLISH.encode(real), declared)[0] == POLISH


def test_a_wrong_declaration_falls_through_and_is_said():
    """EMAIL §9: wrong declaration falls through."""
    assert decode("Łąka".encode(), "us-ascii") == ("Łąka", False)
    assert decode(POLISH.encode("cp1250"), "utf-8") == (POLISH, False)


@pytest.mark.parametrize(
    ("text", "real"),
    [
        ("Не світить ліхтар на вулиці Шевченка", "koi8-u"), ("Не світить ліхтар на вулиці", "cp1251"),
        ("Grüße aus der Straße", "cp1252"), ("道路に大きな穴があります。よろしくお願いします。", "shift_jis"),
    ],
)  # fmt: skip
def test_the_detector_knows_our_languages_and_then_the_world(text, real):
    """EMAIL §9: detector with language hint."""
    assert decode(text.encode(real))[0] == text


def test_nothing_that_looks_like_an_escape_is_one():
    """EMAIL §9: never apply escapes to text."""
    assert parse(mail(r"C:\new\table \u0141")).text == r"C:\new\table \u0141"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("filename*=utf-8''wniosek%20%C5%82%C4%85ka.pdf", "wniosek łąka.pdf"),
        ("filename*0*=utf-8''%C5%82%C4; filename*1*=%85ka.pdf", "łąka.pdf"),
        ("filename*1=ka.pdf; filename*0=la", "laka.pdf"),
        ('filename="=?utf-8?B?xYLEhWthLnBkZg==?="', "łąka.pdf"),
        ("filename==?iso-8859-2?Q?=B3=B1ka.pdf?=", "łąka.pdf"),
        ('filename="=?utf-8?B?xYI=?= =?utf-8?Q?=C4=85ka.pdf?="', "łąka.pdf"),
        ("filename=\"plain.pdf\"; filename*=utf-8''%C5%82.pdf", "ł.pdf"),
        ('filename="a\\"b;c.pdf"', 'a"b;c.pdf'),
        ("filename=moje dokumenty.pdf", "moje dokumenty.pdf"),
        ('filename="jeden.pdf"; filename="dwa.pdf"', "jeden.pdf"),
        ('FileName="łąka.pdf"', "łąka.pdf"),
        ('filename="bez konca.pdf', "bez konca.pdf"),
        ("filename*=nonsense''%C5%82.pdf", "ł.pdf"),
    ],
)
def test_the_name_of_a_file_is_read_however_it_was_encoded(disposition, name):
    """EMAIL §9: RFC 2231, and RFC 2047 inside parameters."""
    part = f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {disposition}\r\n\r\n%PDF".encode()
    assert parse(multipart(part)).files[0].name == name


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("日本語の件名", "shift_jis"), ("Šiukšlės gatvėje", "windows-1257"), ("Пошкоджено лавку", "koi8-u"),
        ("Ulica Świętej", "iso-8859-2"), ("Łąka", "utf-8"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_inside", [True, False])
def test_raw_bytes_in_a_field_are_read_in_the_charset_of_the_words(text, declared, is_inside):
    """EMAIL §9: raw 8-bit in headers: UTF-8, then body charset, then detector."""
    kind = f"text/plain; charset={declared}"
    part = f"Content-Type: {kind}\r\n\r\n".encode() + b"x"
    named = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=NAZWA\r\n\r\n%PDF"
    raw = multipart(part, named, subject="TEMAT", sender="OSOBA <ana@example.org>")
    if not is_inside:
        raw = mail("x", subject="TEMAT", sender="OSOBA <ana@example.org>", Content_Type=kind)
    for word in (b"TEMAT", b"OSOBA", b"NAZWA"):
        raw = raw.replace(word, text.encode(declared))
    found = parse(raw)
    assert found.sender is not None
    assert [found.subject, found.sender.name, *(file.name for file in found.files)] == [text] * (
        3 if is_inside else 2
    )


def test_utf_8_goes_before_the_charset_of_the_words():
    """EMAIL §9: raw 8-bit in headers: UTF-8 first."""
    raw = mail("x", subject="TEMAT", Content_Type="text/plain; charset=iso-8859-1").replace(
        b"TEMAT", "Łąka".encode()
    )
    assert parse(raw).subject == "Łąka"
