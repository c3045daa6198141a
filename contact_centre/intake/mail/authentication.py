"""Whether the sender is who the mail says, as our own mail server checked it (RFC 8601). Nothing is checked here."""

import re
from email.errors import MessageError
from enum import StrEnum
from typing import Final

from authres import AuthenticationResultsHeader, AuthResError
from authres.core import AuthenticationResult

from contact_centre.intake.mail import address
from contact_centre.intake.mail.types import Envelope

_FIELD: Final = "Authentication-Results"
# What the domain of the sender asks for, which servers write beside the verdict in several forms.
_STRICT: Final = re.compile(r"\b(?:p|policy(?:\.dmarc)?)\s*=\s*(?:reject|quarantine)\b", re.IGNORECASE)
_PASSED: Final = "pass"
# Other methods look at the server that brought the mail, at the login there or at earlier servers.
_ABOUT_THE_DOMAIN: Final = ("spf", "dkim", "dmarc")


class Verdict(StrEnum):
    """``OPEN``: nobody whom we trust has looked, or what they found decides nothing."""

    PASS = "PASS"  # noqa: S105 - no secret
    FAIL = "FAIL"
    OPEN = "OPEN"


def verdict(envelope: Envelope, domain: str, authserv_id: str) -> Verdict:
    """What the server called ``authserv_id`` found of a mail from ``domain``: its topmost field alone counts, because
    whatever stands below, or names another server, the sender may have written herself."""
    value = _own(envelope, authserv_id) if authserv_id else None
    found = _parsed(value) if value else None
    if value is None or found is None:
        return Verdict.OPEN
    dmarc = [str(one.result).lower() for one in found if one.method == "dmarc"]
    if "fail" in dmarc:
        return Verdict.FAIL
    if any(_is_proved(one, domain) or _is_aligned(one, domain) for one in found):
        return Verdict.PASS
    has_pass = any(str(one.result).lower() == _PASSED for one in found if one.method in _ABOUT_THE_DOMAIN)
    return Verdict.FAIL if not has_pass and _STRICT.search(value) else Verdict.OPEN


def _own(envelope: Envelope, authserv_id: str) -> str | None:
    values = envelope.values(_FIELD)
    return next((value for value in values if _server(value) == authserv_id.lower()), None)


def _server(value: str) -> str:
    """Who wrote the field: its first word, with comments and the version left out."""
    return re.split(r"[;\s(]", value.strip(), maxsplit=1)[0].lower()


def _parsed(value: str) -> list[AuthenticationResult] | None:
    try:
        return list(AuthenticationResultsHeader.parse_value(value).results)
    except (AuthResError, MessageError, ValueError, TypeError, IndexError, AttributeError):
        # A field that cannot be read says nothing, and the one below it is not ours.
        return None


def _is_proved(result: AuthenticationResult, domain: str) -> bool:
    """Whether DMARC passed; of a From with several addresses, for the one that counts (RFC 8601: header.from)."""
    if result.method != "dmarc" or str(result.result).lower() != _PASSED:
        return False
    named = [str(one.value) for one in result.properties if (one.type, one.name) == ("header", "from")]
    domains = [address.key(f"x@{value.rpartition('@')[2]}").partition("@")[2] for value in named]
    return all(one == domain for one in domains)


def _is_aligned(result: AuthenticationResult, domain: str) -> bool:
    """Whether a passed check was made for the domain that the reader sees."""
    wanted = {"dkim": ("header", ("d", "i")), "spf": ("smtp", ("mailfrom",))}.get(str(result.method))
    if wanted is None or str(result.result).lower() != _PASSED:
        return False
    kind, names = wanted
    values = [str(one.value) for one in result.properties if one.type == kind and one.name in names]
    return any(value.rpartition("@")[2].lower().rstrip(".") == domain for value in values)
