"""Bytes become text whatever was declared."""

import pytest

from contact_centre.intake.mail.charset import decode

POLISH = "Zażółć gęślą jaźń, proszę o naprawę chodnika"
UKRAINIAN = "Прошу відремонтувати під'їзд, дуже темно"


@pytest.mark.parametrize(
    ("text", "written_in", "declared"),
    [
        (POLISH, "utf-8", "utf-8"),
        (POLISH, "iso-8859-2", "ISO-8859-2"),
        (POLISH, "cp1250", "windows-1250"),
        (POLISH, "utf-8", '"charset=utf-8"'),
        (UKRAINIAN, "koi8-u", "koi8-u"),
        (UKRAINIAN, "mac_cyrillic", "x-mac-cyrillic"),
        ("“Grüße”", "cp1252", "iso-8859-1"),
        ("„Śnieg”", "cp1250", "iso-8859-2"),
        ("漢字", "gb18030", "gb2312"),
        ("中 €", "gb18030", "x-gbk"),
    ],
)
def test_what_was_declared_is_believed_in_the_sense_that_programs_give_it(text, written_in, declared):
    """EMAIL §9: declared charset first."""
    assert decode(text.encode(written_in), declared) == (text, True)


@pytest.mark.parametrize(
    "declared", ["", "us-ascii", "unknown-8bit", "x-nonsense", "hex", "idna", "\x00", "a" * 500]
)
def test_utf8_is_found_where_nothing_usable_was_declared(declared):
    """EMAIL §9: strict UTF-8."""
    assert decode(POLISH.encode(), declared)[0] == POLISH


@pytest.mark.parametrize(
    ("text", "written_in"),
    [
        (POLISH, "cp1250"),
        (POLISH, "iso-8859-2"),
        ("łódź", "cp1250"),
        ("który", "iso-8859-2"),
        (UKRAINIAN, "cp1251"),
        (UKRAINIAN, "koi8-u"),
        ("Grüße aus Köln, schöne Straße", "cp1252"),
    ],
)
@pytest.mark.parametrize("declared", ["", "utf-8"])
def test_old_charsets_of_the_region_are_guessed_and_said_to_be_guessed(text, written_in, declared):
    """EMAIL §9: detector with language hint."""
    assert decode(text.encode(written_in), declared) == (text, False)


def test_backslashes_are_letters_like_others():
    """EMAIL §9: never apply escapes to text."""
    assert decode(rb"C:\new\table", "unicode_escape")[0] == r"C:\new\table"


def test_no_byte_string_is_an_error():
    """EMAIL §9: windows-1252 with replacement, never LookupError."""
    assert decode(bytes(range(256)), "utf-7")[0]
    assert decode(b"\xff\xfe\x00", "utf-16")[0]
