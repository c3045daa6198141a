"""Dates in lists are short, and written as each language writes them."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format

AT = datetime(2026, 9, 7, 8, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"),
    [("pl", "07.09.2026 08:05"), ("en", "07/09/2026 08:05"), ("uk", "07.09.2026 08:05")],
)
def test_a_moment_in_a_list(language, words):
    with translation.override(language):
        assert date_format(AT, "SHORT_DATETIME_FORMAT") == words
