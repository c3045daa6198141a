"""Patterns in rules about senders, read by RE2: its time grows with the text alone, whatever somebody wrote there.

A pattern fits anywhere in the text, in any case of letters; ``^`` and ``$`` tie it to the ends.
"""

from functools import lru_cache
from typing import Any, Final

import re2
import structlog

log = structlog.get_logger(__name__)
# Instructions of a pattern; one that people mean to write has a few dozen.
MAX_SIZE: Final = 1_000
# Of each value; no address is longer, and no header field that a rule is mostly about.
SEARCHED: Final = 2_000
_MAX_MEMORY: Final = 1 << 20
_KEPT: Final = 128
# Texts that have nothing in common; what fits all of them says nothing of a sender.
_ANYTHING: Final = ("\x01", "\x01" * 300, "aB1@x-y.pl, ĄЖ")


class BadPattern(ValueError):
    """There is no such pattern; the argument is what RE2 says of it."""


class TooLargePattern(BadPattern):
    """It asks for more steps or memory than a mail may cost."""


class BoundlessPattern(BadPattern):
    """It fits whatever anybody writes."""


def check(pattern: str) -> None:
    """Raise BadPattern, or one of its kinds, where the pattern cannot be used."""
    found = _compiled(pattern)
    if all(found.search(text) for text in _ANYTHING):
        raise BoundlessPattern(pattern)


def is_usable(pattern: str) -> bool:
    """Whether ``check`` has nothing to say."""
    try:
        check(pattern)
    except BadPattern:
        return False
    return True


def fits(pattern: str, text: str) -> bool:
    """Whether the pattern fits anywhere in the beginning of the text.

    One that cannot be used any more fits nothing: no rule may stop the mails.
    """
    try:
        return _compiled(pattern).search(_beginning(text)) is not None
    except BadPattern as error:
        log.error("pattern_unusable", error=str(error))  # noqa: TRY400 - where it was raised says nothing
        return False


def _beginning(text: str) -> str:
    """What is looked at of a text; where it is cut, ``$`` finds no end."""
    return text if len(text) <= SEARCHED else f"{text[:SEARCHED]}\0"


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem, options.case_sensitive = _MAX_MEMORY, False
    options.never_capture, options.log_errors = True, False
    try:
        found = re2.compile(pattern, options)
    except re2.error as error:
        words = str(error.args[0], "utf-8", "replace")
        raise (TooLargePattern if "too large" in words else BadPattern)(words) from error
    if found.programsize > MAX_SIZE:
        raise TooLargePattern(pattern)
    return found
