"""Mail addresses as they are compared: in one form, wherever they come from."""

import contextlib
from functools import lru_cache


# Our own addresses are brought into this form for each of those that a mail names.
@lru_cache(maxsize=1024)
def address_key(address: str) -> str:
    """The form in which addresses are compared: lower case, the domain as it stands in DNS."""
    local, _, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower()
    with contextlib.suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local.lower()}@{domain}"[:254]
