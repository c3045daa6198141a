"""From the code and the words of a mail server to what they mean for the address (RFC 3463)."""

import re
from typing import Final

from contact_centre.intake.mail.types import Failure

_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_SMTP: Final = re.compile(r"(?<![\d.])([45])\d\d(?=[\s\-#;:,]|$)")
# The address, or its whole domain, does not exist.
_DEAD: Final = frozenset({"5.1.1", "5.1.10", "5.1.2", "5.4.4"})
_NO_USER: Final = re.compile(
    r"(?:user|mailbox|recipient|address|account|local[- ]?part|alias)\b.{0,40}?\b(?:unknown|not (?:be )?found|not exist"
    r"|does ?n.t exist|doesn.t have an|unavailable or not|not listed|no longer (?:exists|available))"
    r"|(?:no such|unknown|invalid|nonexistent|unroute?able) (?:local )?(?:user|mailbox|recipient|address|person)"
    r"|no mailbox here|not (?:listed|found) in .{0,40}(?:directory|address book)|no such (?:domain|host)"
    r"|(?:host|domain)(?: name)? (?:not found|unknown|does not exist)|couldn.t find any host|unknown (?:host|domain)",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"(?:over|exceed\w*) (?:the |its |his )?(?:disk )?quota|quota exceed|(?:mail|in)box (?:is )?full|mailbox size"
    r"|insufficient (?:disk|storage)",
    re.IGNORECASE,
)
_LATER: Final = re.compile(
    r"delay|will (?:be|keep) (?:re)?tr|still (?:being )?tr|warning|not yet been delivered|temporar",
    re.IGNORECASE,
)
_FULL_STATUS: Final = "5.2.2"
_NO_USER_STATUS: Final = "5.1.1"


def status_in(declared: str, words: str) -> str:
    """The code that counts: the recipient's own one; what the words say only where that is missing or says nothing."""
    own = _STATUS.search(declared)
    if own and own[0][2:] != "0.0":
        return own[0]
    said = _STATUS.search(words)
    if said and said[1] != "2":
        return said[0]
    guessed = _by_words(words)
    if own:
        return guessed if guessed and own[1] == "5" else own[0]
    code = _SMTP.search(words)
    if code and code[1] == "4":
        return "4.0.0"
    return guessed or ("5.0.0" if code else "")


def failure_of(status: str, words: str = "") -> Failure:
    """What a failure means for the address. Without any code the words decide; a mail that came back failed."""
    if status in _DEAD:
        return Failure.DEAD
    if status.startswith("4") or (not status and _LATER.search(words)):
        return Failure.TEMPORARY
    return Failure.REFUSED


def _by_words(words: str) -> str:
    if _FULL.search(words):
        return _FULL_STATUS
    return _NO_USER_STATUS if _NO_USER.search(words) else ""
