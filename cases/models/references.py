"""Case numbers: taken before the row is written, without a locked counter; gaps are allowed."""

import re

from django.conf import settings
from django.db import connection
from stdnum import luhn

_NEXT = {
    "postgresql": "SELECT nextval(pg_get_serial_sequence('cases_case', 'id'))",
    # A writer holds the SQLite file alone (IMMEDIATE), so reading the sequence is enough.
    "sqlite": "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'cases_case'), 0) + 1",
}


def next_case_id() -> int:
    """The id of the next case; call inside the transaction that inserts it."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT[connection.vendor])
        row = cursor.fetchone()
    return int(row[0])


def make_reference(case_id: int, year: int) -> str:
    """``KON-2026-004711-7``: city, year, number, and a Luhn check digit over year and number."""
    digits = f"{year:04d}{case_id:06d}"
    return f"{settings.CITY_CODE}-{year:04d}-{case_id:06d}-{luhn.calc_check_digit(digits)}"


def is_reference(text: str) -> bool:
    """Whether the text has the form of a reference and its check digit is right."""
    found = re.fullmatch(rf"{re.escape(settings.CITY_CODE)}-([0-9]{{4}})-([0-9]{{6,}})-([0-9])", text)
    return found is not None and bool(luhn.is_valid("".join(found.groups())))
