"""The city's starting mailboxes: loaded like all of its data, again and again and never over an edit."""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from contact_centre.intake.addresses import MAIN, default_address
from contact_centre.intake.models import Mailbox
from routing.loading import BadCityData, Loaded, Row, put_row, read_table
from routing.models import Department

_FILE = "mailboxes"


@transaction.atomic(durable=True)
def load_mailboxes(directory: Path) -> Loaded:
    """Load ``mailboxes.toml``; the mailbox ``main`` has the address of ``DEFAULT_FROM_EMAIL``. Raises BadCityData."""
    total = Loaded()
    for row in read_table(directory, _FILE).get("mailbox", []):
        try:
            total += put_row(Mailbox, {"code": row["code"]}, _values(row))
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            raise BadCityData(f"{_FILE}.toml, {row.get('code') or row}: {error!r}") from error
    return total


def _values(row: Row) -> Row:
    values = row | ({"address": default_address()} if row["code"] == MAIN else {})
    if "department" not in row:
        return values
    department = Department.objects.filter(code=row["department"]).first()
    if department is None:
        raise BadCityData(f"{_FILE}.toml, {row['code']}: no department {row['department']!r}")
    return values | {"department": department}
