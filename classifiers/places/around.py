"""What stands around a name: corners of two streets, relations ("opposite"), bus stops, streets that nobody knows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from classifiers.places.evidence import Reading, Scene
from classifiers.places.words import (
    AFTER_STOPS,
    AROUND_RELATIONS,
    BETWEEN,
    CORNER,
    FILLERS,
    JOINTS,
    KINDS_BEHIND,
    RELATIONS,
    STOPS,
    STREET_KINDS,
)

_MOST_BETWEEN = 4
_LONGEST_NAME = 8
_MOST_NEXT = 20
_LONGEST_STOP = 4
_LONGEST_UNKNOWN = 3
_BEFORE_STOP_NAME = re.compile(r"\s*:?\s*[\"„”“«'(]?\s*")
_ABBREVIATED = re.compile(r"\.?\s?")
_SLASH = re.compile(r"\s?/\s?")


@dataclass(frozen=True, slots=True)
class Corner:
    """Two streets that meet, or between which something lies."""

    streets: tuple[Reading, Reading]
    relation: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the text from ``first`` to ``last``, as they were written."""

    text: str
    first: int
    last: int


def find_corner(scene: Scene, readings: Sequence[Reading]) -> Corner | None:
    """The first two streets that the text joins to a corner."""
    streets = [reading for reading in readings if reading.match.name.street is not None]
    pairs = (
        (relation, one, other)
        for number, one in enumerate(streets)
        for other in _soon_after(one, islice(streets, number + 1, number + 1 + _MOST_NEXT))
        for relation in (_joined_by(scene, one, other),)
        if relation
    )
    best = max(pairs, key=lambda pair: pair[1].points + pair[2].points, default=None)
    return Corner((best[1], best[2]), best[0]) if best else None


def _soon_after(one: Reading, following: Iterable[Reading]) -> Iterator[Reading]:
    """The other streets that begin within a few words; the readings stand in the order of the text."""
    for other in following:
        if other.match.head - one.match.last > _MOST_BETWEEN + _LONGEST_NAME:
            return
        is_other = one.match.name.street is not other.match.name.street
        if is_other and 0 < other.match.first - one.match.last <= _MOST_BETWEEN + 1:
            yield other


def _joined_by(scene: Scene, one: Reading, other: Reading) -> str:
    between = [scene.fold(at) for at in range(one.match.last + 1, other.match.first)]
    if CORNER in {RELATIONS.get(word) for word in between}:
        return CORNER if all(map(_may_join, between)) else ""
    tokens = scene.tokens
    gap = scene.text[tokens[one.match.last].end : tokens[other.match.first].start]
    if _SLASH.fullmatch(gap):
        return CORNER
    if not any(word in JOINTS for word in between) or not all(map(_may_join, between)):
        return ""
    relation, _ = relation_before(scene, one)
    return relation if relation in (CORNER, BETWEEN) else ""


def _may_join(word: str) -> bool:
    is_number = word[:1].isdigit()
    return (
        is_number
        or word in JOINTS
        or word in STREET_KINDS
        or word in FILLERS
        or RELATIONS.get(word) == CORNER
    )


def relation_before(scene: Scene, reading: Reading) -> tuple[str, int]:
    """The relation that the words before a name tell, and the place of its word; empty where they tell none."""
    at = reading.before
    for _ in range(3):
        if at < 0 or not scene.is_joined(at):
            break
        if scene.fold(at) in RELATIONS and (scene.fold(at) != "across" or scene.fold(at + 1) == "from"):
            return RELATIONS[scene.fold(at)], at
        if scene.fold(at) not in AROUND_RELATIONS:
            break
        at -= 1
    return "", -1


def find_stop(scene: Scene) -> Words | None:
    """The name of a bus stop: "przystanek Dworzec", "bus stop Dworzec", "the Dworzec stop"."""
    for at in range(len(scene.tokens)):
        if scene.fold(at) in STOPS:
            found = _named_after(scene, at) or _named_before(scene, at)
            if found:
                return found
    return None


def _named_after(scene: Scene, at: int) -> Words | None:
    first = at + 1
    while scene.fold(first) in AFTER_STOPS:
        first += 1
    if first >= len(scene.tokens) or not scene.has_capital(first) or scene.fold(first) in STREET_KINDS:
        return None
    gap = scene.text[scene.tokens[first - 1].end : scene.tokens[first].start]
    return _capitals(scene, first, _LONGEST_STOP) if _BEFORE_STOP_NAME.fullmatch(gap) else None


def _named_before(scene: Scene, at: int) -> Words | None:
    is_named = scene.fold(at) == "stop"
    return _capitals_before(scene, at - (scene.fold(at - 1) in ("bus", "tram"))) if is_named else None


def unknown_street(scene: Scene) -> Words | None:
    """A street that the gazetteer does not have, told by "ul." or "Street" and its capital letter."""
    for at in range(len(scene.tokens)):
        if scene.fold(at) in KINDS_BEHIND:
            found = _capitals_before(scene, at)
        elif scene.fold(at) in STREET_KINDS and _announces(scene, at):
            found = _capitals(scene, at + 1, _LONGEST_UNKNOWN)
        else:
            continue
        if found:
            return found
    return None


def _announces(scene: Scene, at: int) -> bool:
    """Whether a name follows a word like "ulica", in the same sentence."""
    if not scene.has_capital(at + 1) or scene.fold(at + 1) in STREET_KINDS:
        return False
    return (
        _ABBREVIATED.fullmatch(scene.gap(at)) is not None if len(scene.fold(at)) < 4 else scene.is_joined(at)
    )


def _capitals_before(scene: Scene, at: int) -> Words | None:
    first = at
    while scene.has_capital(first - 1) and scene.is_joined(first - 1) and not scene.opens_sentence(first - 1):
        first -= 1
    return _words(scene, first, at - 1) if first < at else None


def _capitals(scene: Scene, first: int, most: int) -> Words:
    last = first
    while last + 1 < first + most and scene.is_joined(last) and scene.has_capital(last + 1):
        last += 1
    return _words(scene, first, last)


def _words(scene: Scene, first: int, last: int) -> Words:
    return Words(scene.text[scene.tokens[first].start : scene.tokens[last].end], first, last)
