"""Mail addresses as they are compared: in one form, wherever they come from."""

import contextlib


def address_key(address: str) -> str:
    """The form in which addresses are compared: lower case, the domain as it stands in DNS."""
    local, _, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower()
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local.lower()}@{domain}"[:254]
