"""Names and numbers that were written without a blank between them: "ul.Dworcowa5", "3Maja 7"."""

import re
from collections.abc import Iterator, Sequence

from classifiers.lemmas import token_of
from classifiers.normalise import Token
from classifiers.places.grammar import is_cyrillic

_IS_GLUED = re.compile(r"[^\W\d_]{4}\d|(?<![\w])\d{1,2}[^\W\d_]{4}")
_PARTS = re.compile(
    r"(?P<ordinal>\d{1,2})?(?P<name>[^\W\d_]{4,}?)(?P<number>\d{1,4}[a-zа-я]?(?:m\d{1,4})?)?", re.IGNORECASE
)


def part_glued(text: str, tokens: Sequence[Token]) -> Sequence[Token]:
    """The words of the text, but name and number each by itself. Every part keeps its place in the text."""
    if not _IS_GLUED.search(text):
        return tokens
    return tuple(part for token in tokens for part in _parted(token))


def _parted(token: Token) -> Iterator[Token]:
    found = _PARTS.fullmatch(token.text)
    if found is None or not (found["ordinal"] or found["number"]):
        yield token
        return
    language = "uk" if is_cyrillic(found["name"].lower()) else "pl"
    for group in ("ordinal", "name", "number"):
        if found[group]:
            start, end = token.start + found.start(group), token.start + found.end(group)
            yield token_of(found[group], start, end, language)
