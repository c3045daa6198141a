"""Numbers of cases and of files in a text: they name a matter and say nothing of it."""

import re
from typing import Final

from classifiers.markup import Edit

#: Letters of an office, year, number, and the check digit where it was copied too: "KON-2026-004711-7".
_NUMBER: Final = re.compile(r"\b[A-Za-z]{2,8}-[0-9]{4}-[0-9]{4,}(?:-[0-9])?\b")

#: The same in the quick: only texts that have it are searched word by word.
_LIKELY: Final = re.compile(r"-[0-9]{4}-[0-9]{4}")


def find_case_numbers(text: str) -> list[Edit]:
    """Each number, to be read as a blank: its letters may be a word by chance, as KON is a horse without its accent."""
    if _LIKELY.search(text) is None:
        return []
    return [(match.start(), match.end(), " ") for match in _NUMBER.finditer(text)]
