"""Where a name of the gazetteer may stand in a text: its main word, and as many of its other words as are there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.normalise import Token
from classifiers.places.index import Index
from classifiers.places.names import Name
from classifiers.places.words import (
    KINDS_BEHIND,
    ORDINAL_TAILS,
    RELATIONS,
    STREET_KINDS,
    STRONG_PREPOSITIONS,
    WEAK_PREPOSITIONS,
)

#: "3 Maja" is never "1 Maja": without its number the name is not there.
_NUMERAL_MISSING = 5
_ANNOUNCING = frozenset({*STREET_KINDS, *RELATIONS, *STRONG_PREPOSITIONS, *WEAK_PREPOSITIONS})


@dataclass(frozen=True, slots=True)
class Match:
    """The words ``first`` to ``last`` of a text, read as a name. ``missing`` counts words that are not left out."""

    name: Name
    first: int
    last: int
    head: int
    missing: int
    is_exact: bool
    is_misspelt: bool

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def find_matches(tokens: Sequence[Token], index: Index) -> Iterator[Match]:
    """All readings of words as names, likely or not."""
    for at, token in enumerate(tokens):
        names = index.lookup(token)
        for name in names:
            yield _aligned(name, tokens, at, is_misspelt=False)
        if not names and len(token.fold) > 4 and _may_be_misspelt(tokens, at):
            for name in index.lookup_misspelt(token):
                yield _aligned(name, tokens, at, is_misspelt=True)


def _may_be_misspelt(tokens: Sequence[Token], at: int) -> bool:
    """Only where a name is expected: with a capital, or after a word that announces one."""
    if tokens[at].text[0].isupper() or (at + 1 < len(tokens) and tokens[at + 1].fold in KINDS_BEHIND):
        return True
    return at > 0 and tokens[at - 1].fold in _ANNOUNCING


def _aligned(name: Name, tokens: Sequence[Token], at: int, *, is_misspelt: bool) -> Match:
    first, missing_left = _extend(name, tokens, at, step=-1)
    last, missing_right = _extend(name, tokens, at, step=1)
    word = name.words[name.head]
    is_exact = is_misspelt or word.is_form(tokens[at])
    return Match(name, first, last, at, missing_left + missing_right, is_exact, is_misspelt)


def _extend(name: Name, tokens: Sequence[Token], at: int, *, step: int) -> tuple[int, int]:
    """How far the name reaches from its main word to one side, and how many words are missing there."""
    missing, reached, position = 0, at, at
    places = range(name.head + step, len(name.words) if step > 0 else -1, step)
    for place in places:
        following = position + step
        if 0 <= following < len(tokens) and tokens[following].fold in ORDINAL_TAILS:
            following += step
        word = name.words[place]
        if 0 <= following < len(tokens) and (
            word.fits(tokens[following]) or _is_short_for(word.folded, tokens[following])
        ):
            reached = position = following
        elif not word.is_optional:
            missing += _NUMERAL_MISSING if word.is_number else 1
    return reached, missing


def _is_short_for(folded: str, token: Token) -> bool:
    """ "W. Andersa", "Powst. Śląskich": an initial or the beginning of the word."""
    is_initial = len(token.fold) <= 2 and token.text[0].isupper()
    return (is_initial or len(token.fold) > 2) and folded.startswith(token.fold)
