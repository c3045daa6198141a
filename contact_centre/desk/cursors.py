"""The position in the queue as it stands in an address."""

from datetime import UTC, datetime

from cases.queries.queue_rows import Cursor

_MICROSECONDS = 1_000_000
_PARTS = 3
_DIGITS = 18


def write_cursor(cursor: Cursor) -> str:
    """``<rank>-<microseconds>-<id>``."""
    moment = round(cursor.received_at.timestamp() * _MICROSECONDS)
    return f"{cursor.rank}-{moment}-{cursor.case_id}"


def read_cursor(text: str) -> Cursor | None:
    """The position, or None for anything that we did not write."""
    parts = text.split("-")
    if len(parts) != _PARTS or not all(p.isascii() and p.isdigit() and len(p) <= _DIGITS for p in parts):
        return None
    rank, moment, case_id = (int(part) for part in parts)
    try:
        seconds, rest = divmod(moment, _MICROSECONDS)
        received_at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)
    except (ValueError, OverflowError, OSError):
        return None
    return Cursor(min(rank, 9), received_at, case_id)
