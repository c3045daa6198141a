"""Addresses as people write them."""

import pytest

from contact_centre.web.addresses import find_street, read_address, suggest_addresses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ul. Dworcowa 5", ("ul.", "dworcowa", "5")),
        ("Dworcowa 5a/3, przy szkole", ("", "dworcowa", "5a/3, przy szkole")),
        ("ulica Dworcowa, koło kina", ("ul.", "dworcowa", ", koło kina")),
        ("al. 1 Maja 7", ("al.", "1 maja", "7")),
        ("1 Maja", ("", "1 maja", "")),
        ("  plac   Wolności  ", ("pl.", "wolnosci", "")),
        ("ul.", ("", "ul.", "")),
        ("", ("", "", "")),
    ],
)
def test_an_address_is_taken_apart(text, expected):
    address = read_address(text)
    assert (address.prefix, address.name, address.rest) == expected


@pytest.mark.django_db
def test_only_a_street_that_is_surely_meant_is_found():
    assert str(find_street("dworcowa 5")) == "ul. Dworcowa"
    assert find_street("pl. Dworcowa 5") is None
    assert find_street("somewhere behind the school") is None
    assert find_street("") is None


@pytest.mark.django_db
def test_one_letter_suggests_nothing_yet():
    assert suggest_addresses("d") == []
    assert "ul. Dworcowa 5" in suggest_addresses("dwor 5")
