"""Lengths of text messages, by the limits of 3GPP TS 23.038."""

from decimal import Decimal

import pytest

from notifications.channels.sms.segments import Alphabet, measure


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts"),
    [
        ("", Alphabet.GSM7, 0, 1),
        ("a" * 160, Alphabet.GSM7, 160, 1),
        ("a" * 161, Alphabet.GSM7, 161, 2),
        ("a" * 306, Alphabet.GSM7, 306, 2),
        ("a" * 307, Alphabet.GSM7, 307, 3),
        ("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ¤§¿¡ÄÖÑÜäöñüà\n\r", Alphabet.GSM7, 45, 1),
        ("€" * 80, Alphabet.GSM7, 160, 1),
        ("^{}\\[~]|€\f", Alphabet.GSM7, 20, 1),
        # The escaped character does not fit behind 152 others: the first part stays one short.
        ("a" * 152 + "€" + "a" * 152, Alphabet.GSM7, 306, 3),
        ("a" * 151 + "€" + "a" * 153, Alphabet.GSM7, 306, 2),
        ("ż" * 70, Alphabet.UCS2, 70, 1),
        ("a" * 70 + "ż", Alphabet.UCS2, 71, 2),
        ("ż" * 134, Alphabet.UCS2, 134, 2),
        ("ż" * 135, Alphabet.UCS2, 135, 3),
        ("ç", Alphabet.UCS2, 1, 1),
        ("`", Alphabet.UCS2, 1, 1),
        ("Д" * 67 + "🙂" + "Д" * 2, Alphabet.UCS2, 71, 2),
        # Two units that belong together are not torn apart.
        ("Д" * 66 + "🙂" + "Д" * 66, Alphabet.UCS2, 134, 3),
        ("🙂" * 35, Alphabet.UCS2, 70, 1),
    ],
)
def test_counts_as_networks_do(text, alphabet, units, parts):
    length = measure(text)
    assert (length.alphabet, length.units, length.parts) == (alphabet, units, parts)


def test_the_small_alphabet_has_as_many_characters_as_the_standard_says():
    """127 and the escape; ten more behind it."""
    one = [char for char in map(chr, range(0x3000)) if measure(char) == measure("a")]
    two = [
        char
        for char in map(chr, range(0x3000))
        if measure(char).alphabet is Alphabet.GSM7 and measure(char).units == 2
    ]
    assert (len(one), len(two)) == (127, 10)


def test_costs_by_the_part():
    assert measure("a" * 161).cost(Decimal("0.16")) == Decimal("0.32")
