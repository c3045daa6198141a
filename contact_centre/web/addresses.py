"""An address as residents write it: a street of the gazetteer, and the rest."""

import re
from dataclasses import dataclass

from routing.folding import fold
from routing.models import Street
from routing.services import street_suggestions

_PREFIXES = {
    "ul": "ul.", "ulica": "ul.", "al": "al.", "aleja": "al.", "aleje": "al.", "pl": "pl.", "plac": "pl.",
    "os": "os.", "osiedle": "os.",
}  # fmt: skip
# The name ends where the house number begins, or at a comma.
_ADDRESS = re.compile(r"(?P<name>[^,]*?)\s*(?P<rest>(?:(?:(?<=\s)\d|,).*)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """``name`` is folded, for comparison; ``prefix`` is empty when none was written."""

    prefix: str
    name: str
    rest: str


def read_address(text: str) -> Address:
    """Take "ul. Dworcowa 5, przy szkole" apart."""
    first, _, others = " ".join(text.split()).partition(" ")
    prefix = _PREFIXES.get(fold(first).rstrip("."), "") if others else ""
    found = _ADDRESS.fullmatch(others if prefix else " ".join(text.split()))
    assert found is not None, "every text has a name, if an empty one"
    return Address(prefix, fold(found["name"]), found["rest"])


def find_street(text: str) -> Street | None:
    """The one street of the gazetteer that is meant; None when there is none, or more than one."""
    address = read_address(text)
    named = Street.objects.filter(folded=address.name) if address.name else ()
    meant = [street for street in named if address.prefix in ("", street.prefix)]
    return meant[0] if len(meant) == 1 else None


def suggest_addresses(text: str) -> list[str]:
    """Addresses that begin like the text, with the house number as it was written."""
    address = read_address(text)
    if len(address.name) < 2:
        return []
    streets = street_suggestions(address.name)
    return [f"{street} {address.rest}".strip() for street in streets if address.prefix in ("", street.prefix)]
