"""How sure it is that words mean a place: points for what speaks for it, less for what the words may mean else."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.normalise import Token
from classifiers.places import grammar
from classifiers.places.matching import Match
from classifiers.places.numbers import HouseNumber, find_number
from classifiers.places.words import (
    DATE_WORDS,
    FILLERS,
    KINDS_BEHIND,
    MONTHS,
    NAMING,
    PERSONS,
    RELATIONS,
    STOPS,
    STREET_KINDS,
    STRONG_PREPOSITIONS,
    WEAK_PREPOSITIONS,
)

#: With fewer points the words are taken to mean something else.
ENOUGH = 3.0
#: Characters before a word in which the end of the last sentence is looked for.
_LOOK_BACK = 12
_SLOPE, _MIDDLE = 0.6, 2.0
#: What a corner adds to both of its streets: two names in that order are hardly chance.
CORNER_POINTS = 3.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A match with what was found around it. ``before`` is the place of the word before the name and its "ul."."""

    match: Match
    points: float
    number: HouseNumber | None
    before: int


def certainty(points: float) -> float:
    """The points as a confidence from 0 to 1; what is barely enough is right about two times in three."""
    return round(1 / (1 + math.exp(_SLOPE * (_MIDDLE - points))), 3)


class Scene:
    """A text with its words, to ask what stands where."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.is_shouted = text.isupper()

    def fold(self, at: int) -> str:
        return self.tokens[at].fold if 0 <= at < len(self.tokens) else ""

    def has_capital(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].text[0].isupper() and not self.is_shouted

    def gap(self, at: int) -> str:
        """What stands between a word and the next; the end of the text is a full stop."""
        if at + 1 >= len(self.tokens):
            return self.text[self.tokens[-1].end :].strip(" ") or "."
        return self.text[self.tokens[at].end : self.tokens[at + 1].start]

    def is_joined(self, at: int) -> bool:
        """Whether nothing but blanks stands between a word and the next."""
        return 0 <= at < len(self.tokens) - 1 and self.gap(at).isspace() and "\n" not in self.gap(at)

    def opens_sentence(self, at: int) -> bool:
        before = self.text[max(0, self.tokens[at].start - _LOOK_BACK) : self.tokens[at].start].rstrip(
            " \t\"'„(-"
        )
        return not before or before[-1] in ".!?\n:;"

    def read(self, match: Match) -> Reading:
        """The match with its points."""
        before, kind = self._before(match)
        number = self._number(match)
        points = self._points(match, before, kind, number)
        return Reading(match, points, number, before)

    def _number(self, match: Match) -> HouseNumber | None:
        if match.name.street is None:
            return None
        return find_number(self.text, self.tokens[match.first].start, self.tokens[match.last].end)

    def _before(self, match: Match) -> tuple[int, str]:
        """The place of the word before the name, and the kind of street that was announced."""
        at, kind = match.first - 1, ""
        while at >= 0 and (self.fold(at) in FILLERS or self.fold(at) in STREET_KINDS):
            if (
                self.fold(at) in STREET_KINDS
                and self.fold(at) == "st"
                and not kind
                and self.fold(at + 1) == ""
            ):
                break
            kind = kind or STREET_KINDS.get(self.fold(at), "")
            at -= 1
        behind = self.fold(match.last + 1)
        if not kind and behind in KINDS_BEHIND and self.is_joined(match.last):
            kind = STREET_KINDS[behind]
        return at, kind

    def _points(self, match: Match, before: int, kind: str, number: HouseNumber | None) -> float:
        points = (
            2.0 * (match.length - 1) + (match.missing == 0) - 3.0 * match.missing - 1.5 * match.is_misspelt
        )
        points += 3.0 * (number is not None) + self._kind_points(match, kind)
        points += self._look(match) + self._preposition(match, before)
        if not kind:
            points -= self._doubt(match, before, has_number=number is not None)
        return points

    def _kind_points(self, match: Match, kind: str) -> float:
        if not kind:
            return 0.0
        return 5.0 if kind == match.name.kind else 3.0

    def _look(self, match: Match) -> float:
        """Capital letters, and standing alone."""
        points = 0.0
        if self.has_capital(match.first):
            points += 1.0 if self.opens_sentence(match.first) else 3.0
        elif self.is_shouted:
            points += 1.0
        if not self.is_joined(match.last):
            points += 1.0
        return points

    def _preposition(self, match: Match, before: int) -> float:
        if before < 0 or not self.is_joined(before):
            return 0.0
        word = self.fold(before)
        if word in STRONG_PREPOSITIONS or word in RELATIONS or word in STOPS:
            return 2.0
        return 1.0 if word in WEAK_PREPOSITIONS else 0.0

    def _doubt(self, match: Match, before: int, *, has_number: bool) -> float:
        """What speaks against a street where nothing announced one."""
        doubt = 0.0 if match.is_exact else 6.0
        if self._is_date(match, before):
            doubt += 5.0
        if self._is_person(match):
            doubt += 6.0
        if not has_number:
            doubt += self._belongs_to_next(match)
        head = match.name.words[match.name.head]
        is_small = not self.has_capital(match.head) and match.length == 1
        if is_small and head.is_common and not has_number and len(head.forms) == 1:
            doubt += 2.0
        return doubt

    def _belongs_to_next(self, match: Match) -> float:
        """ "Zielonej trawie", "Zielonej Górze": the word is part of something longer."""
        if match.length > 1 or not self.is_joined(match.last) or match.last + 1 >= len(self.tokens):
            return 0.0
        following = self.tokens[match.last + 1]
        if not grammar.agree(self.tokens[match.last].lower, following.lower):
            return 0.0
        return 5.0 if not self.has_capital(match.last) or self.has_capital(match.last + 1) else 2.0

    def _is_person(self, match: Match) -> bool:
        """ "Pan Kowalski", "Anna Polna": a name before a name that the street does not have."""
        at = match.first - 1
        if at < 0 or not self.is_joined(at):
            return False
        if self.fold(at) in PERSONS or any(self.fold(place) in NAMING for place in range(at - 2, at + 1)):
            return True
        is_preposition = self.fold(at) in STRONG_PREPOSITIONS or self.fold(at) in WEAK_PREPOSITIONS
        return self.has_capital(at) and not is_preposition and grammar.is_given_name(self.tokens[at].lower)

    def _is_date(self, match: Match, before: int) -> bool:
        """ "Od 3 maja", "3 maja 2026", "11 listopada o godzinie 12"."""
        if self.fold(match.last) not in MONTHS or match.length < 2:
            return False
        if self.has_capital(match.last):
            return False
        following = self.fold(match.last + 1)
        is_year = (len(following) == 4 and following.isdigit()) or following in (
            "br",
            "roku",
            "r",
            "o",
            "godz",
        )
        return is_year or self.fold(before) in DATE_WORDS or self.fold(before) not in STRONG_PREPOSITIONS
