"""Which lines of a text are quoted: counted once, so that a text full of marks is read in one pass."""

from itertools import accumulate
from typing import Final

from contact_centre.intake.mail.html_text import QUOTE_MARK

_SIGNATURE: Final = "--"


class QuotedLines:
    """The lines of one text, by whether a program marked them with ``>``."""

    def __init__(self, lines: list[str]) -> None:
        is_said = [bool(line.strip()) and QUOTE_MARK not in line for line in lines]
        is_marked = [line.lstrip().startswith(">") for line in lines]
        self._marked = [place for place, marked in enumerate(is_marked) if marked]
        # How many unmarked lines with words stand above each line.
        own = [int(said and not marked) for said, marked in zip(is_said, is_marked, strict=True)]
        self._own_above = [0, *accumulate(own)]
        # How many marked lines stand above each line.
        self._marked_above = [0, *accumulate(map(int, is_marked))]
        below = self._marked[-1] + 1 if self._marked else len(lines)
        after = next((lines[place] for place in range(below, len(lines)) if is_said[place]), "")
        self._ends_in_words = bool(after) and after.rstrip() != _SIGNATURE

    def has_any(self, start: int) -> bool:
        """Whether there is a quoted line from ``start`` on."""
        return bool(self._marked) and self._marked[-1] >= start

    def is_one_quotation(self, start: int) -> bool:
        """Whether nobody answered between the quoted lines from ``start`` on or under them; without quoted lines
        nobody can have. Above them a program may have written its own, below them only a signature is no answer."""
        if not self.has_any(start):
            return True
        first, last = self._marked[self._marked_above[start]], self._marked[-1]
        return self._own_above[last] == self._own_above[first] and not self._ends_in_words
