"""What people send, without what nobody can see: PostgreSQL takes no NUL, not even to look for it."""

import re

# The categories Cc and Cs of Unicode, but tab and line feed.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def without_controls(text: str) -> str:
    """The text with line ends as LF, and without NUL, other controls and lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", lines)
