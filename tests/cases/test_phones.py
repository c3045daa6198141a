"""Phone numbers as people write them."""

import pytest

from cases.phones import is_mobile, to_e164


@pytest.mark.parametrize(
    ("written", "number", "takes_texts"),
    [
        ("600 100 200", "+48600100200", True),
        ("+48 600-100-200", "+48600100200", True),
        ("0048600100200", "+48600100200", True),
        ("48600100200", "+48600100200", True),
        ("(63) 240 11 11", "+48632401111", False),
        ("63 240 11 11", "+48632401111", False),
        ("+380 67 123 4567", "+380671234567", True),
        ("+380 44 123 4567", "+380441234567", False),
        # In America nobody can tell by the number.
        ("+1 212 555 2368", "+12125552368", True),
        ("800 100 200", "+48800100200", False),
        ("112", "", False),
        ("1234567890123456", "", False),
        ("ask my neighbour", "", False),
        ("", "", False),
    ],
)
def test_reads_a_number_and_whether_it_takes_text_messages(written, number, takes_texts):
    assert (to_e164(written), is_mobile(written)) == (number, takes_texts)
