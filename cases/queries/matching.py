"""How likely it is that two reports are about one thing: words, place, category and days, each a reason of its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cases.queries.neighbours import DAYS, NEAR_METRES, Draft, Neighbour, metres_between
from classifiers.similarity import Likeness, bag_of, likenesses
from routing.folding import fold

# What the parts count for; a month apart takes a tenth off.
_WORDS, _PLACE, _CATEGORY, _AGE = 0.5, 0.3, 0.2, 0.1
# One common word among many says nothing.
_LEAST_WORDS = 0.15
_UNKNOWN_CATEGORY = 0.4
# How near a place is, from 0 to 1.
_THERE, _STREET, _OTHER_NUMBER, _AREA = 1.0, 0.7, 0.4, 0.3
_ON_THE_SPOT_METRES = 30
_SHOWN_WORDS = 5
_NUMBER = re.compile(r"\d+\s?[a-z]?(?![a-z])")


class ReasonCode(StrEnum):
    """Why two reports may be about one thing. ``METRES`` and ``DAYS`` come with a number, ``WORDS`` with words."""

    RESIDENT = "RESIDENT"
    SENDER = "SENDER"
    ADDRESS = "ADDRESS"
    STREET = "STREET"
    METRES = "METRES"
    AREA = "AREA"
    WORDS = "WORDS"
    CATEGORY = "CATEGORY"
    DAYS = "DAYS"


@dataclass(frozen=True, slots=True)
class Reason:
    code: ReasonCode
    number: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A case that may be about the same; ``score`` is at most 1."""

    case_id: int
    score: float
    reasons: tuple[Reason, ...]


def matches(draft: Draft, candidates: Sequence[Neighbour], *, least: float, most: int) -> list[Match]:
    """The best of the candidates, the likeliest first: none below ``least``, at most ``most``."""
    bags = [bag_of(other.text, other.language or draft.language) for other in candidates]
    alike = likenesses(bag_of(draft.text, draft.language), bags)
    found = [
        match
        for other, likeness in zip(candidates, alike, strict=True)
        if (match := _match(draft, other, likeness)) is not None and match.score >= least
    ]
    return sorted(found, key=lambda match: (-match.score, -match.case_id))[:most]


def _match(draft: Draft, other: Neighbour, likeness: Likeness) -> Match | None:
    nearness, where = _place(draft, other)
    is_same_category = draft.category_id is not None and draft.category_id == other.category_id
    is_alike = likeness.score >= _LEAST_WORDS
    if not where or not (is_alike or (is_same_category and _speak_apart(draft, other))):
        return None
    days = abs(draft.received_at - other.received_at).days
    score = _WORDS * likeness.score + _PLACE * nearness + _CATEGORY * _subject(draft, other)
    reasons = list(where)
    if likeness.shared:
        reasons.append(Reason(ReasonCode.WORDS, words=likeness.shared[:_SHOWN_WORDS]))
    if is_same_category:
        reasons.append(Reason(ReasonCode.CATEGORY))
    reasons.append(Reason(ReasonCode.DAYS, days))
    return Match(other.case_id, round(score - _AGE * days / DAYS, 4), tuple(reasons))


def _subject(draft: Draft, other: Neighbour) -> float:
    if draft.category_id is None or other.category_id is None:
        return _UNKNOWN_CATEGORY
    return float(draft.category_id == other.category_id)


def _speak_apart(draft: Draft, other: Neighbour) -> bool:
    """Whether they are in two languages, so that no word can be shared."""
    return bool(draft.language and other.language) and draft.language != other.language


def _place(draft: Draft, other: Neighbour) -> tuple[float, list[Reason]]:
    """How near, and how that is known; no reason means not near at all."""
    on_street = draft.street_id is not None and draft.street_id == other.street_id
    nearness, reasons = _on_street(draft, other) if on_street else (0.0, [])
    if draft.point is not None and other.point is not None:
        metres = metres_between(draft.point, other.point)
        if metres <= NEAR_METRES:
            return _by_metres(metres), [*reasons, Reason(ReasonCode.METRES, round(metres))]
        return min(nearness, _OTHER_NUMBER), reasons
    if not on_street and draft.area_id is not None and draft.area_id == other.area_id:
        return _AREA, [Reason(ReasonCode.AREA)]
    return nearness, reasons


def _on_street(draft: Draft, other: Neighbour) -> tuple[float, list[Reason]]:
    ours = _house_number(draft.address or draft.house_number, other.street)
    theirs = _house_number(other.address or other.house_number, other.street)
    if not ours or not theirs:
        return _STREET, [Reason(ReasonCode.STREET)]
    if ours == theirs:
        return _THERE, [Reason(ReasonCode.ADDRESS)]
    return _OTHER_NUMBER, [Reason(ReasonCode.STREET)]


def _by_metres(metres: float) -> float:
    """On the spot within 30 m, half as near at the edge of the circle."""
    beyond = max(0.0, metres - _ON_THE_SPOT_METRES) / (NEAR_METRES - _ON_THE_SPOT_METRES)
    return _THERE - beyond / 2


def _house_number(address: str, street: str | None) -> str:
    """The first number behind the name of the street, which may hold one itself ("3 Maja 5")."""
    rest = address.lower()
    if street and _NUMBER.search(street):
        rest = fold(address).replace(fold(street), " ", 1)
    found = _NUMBER.search(rest)
    return found[0].replace(" ", "") if found else ""
