"""A mail that was received, and what became of it."""

from cases.keys import reply_token
from cases.models import Case
from contact_centre.intake.models import RawMessage
from contact_centre.intake.process import receive
from tests.factories import NOW, reporter_of

STRANGER = "Obcy <obcy@example.net>"


def token_address(case: Case) -> str:
    return f"reply+{reply_token(reporter_of(case), on=NOW.date())}@kontakt.example"


def fate(row: RawMessage) -> tuple[str, str, str]:
    row.refresh_from_db()
    return row.state, row.reason, row.evidence


def settled(raw: bytes) -> RawMessage:
    return receive(raw, at=NOW)
