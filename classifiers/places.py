"""Where: streets in any inflection, house numbers and districts, looked up in the gazetteer of the city."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from classifiers.lemmas import base_forms, cut_ending
from classifiers.normalise import Token, find_words, fold
from classifiers.types import Gazetteer, PlaceFinding, StreetEntry

_STREET_FORMS = """
    ul ulica ulicy ulice ulicą ulicach al aleja alei aleję aleje alejach pl plac placu placem os osiedle osiedlu
    osiedla osiedlem rondo ronda rondzie street st road avenue square
    вул вулиця вулиці вулицю вулицею площа площі проспект проспекті просп алея алеї
"""
_PREPOSITIONS = """
    na przy przed za obok koło kolo naprzeciwko róg rog od do z w we skrzyżowaniu między miedzy
    at on near in from along opposite behind corner of and
    на біля при перед за по від до коло навпроти розі між та i
"""
_STREET_WORDS = frozenset(_STREET_FORMS.split())
_BEFORE_PLACES = frozenset(_PREPOSITIONS.split())
_HOUSE = re.compile(
    r"[\s,]{1,3}(?:(?:nr|numer|no|number|буд|будинок|№)\.?\s{0,2})?"
    r"(?P<number>\d{1,4}\s?[a-zA-Zа-яА-Я]?(?:\s?/\s?\d{1,4}[a-zA-Z]?)?)(?![\w:.]*\d)(?!\w)"
)
#: A number before one of these counts something else ("na Polnej 3 dni nie ma wody").
_COUNTED = re.compile(
    r"\s*(?:dni|dzie|doby|tygod|mies|lat|rok|razy|godz|min|dnia|day|week|month|year|hour|time|дн|тижд|місяц|рок|год|раз)"
)
_HOUSE_BEFORE = re.compile(r"(?<![\w/])(\d{1,4}[a-zA-Z]?(?:/\d{1,4}[a-zA-Z]?)?)\s$")
_LATIN = str.maketrans(
    dict(zip("абвгґдезиіїйклмнопрстуфь'ʼ’", "abwhgdezyiijklmnoprstuf    ", strict=True))
    | {
        "є": "je",
        "ж": "z",
        "х": "ch",
        "ц": "c",
        "ч": "cz",
        "ш": "sz",
        "щ": "szcz",
        "ю": "ju",
        "я": "ja",
        "ё": "jo",
    }
    | {"ы": "y", "э": "e", "ъ": ""}
)

#: "на Колейовій", "з Колейової", "Колейовою": Polish has one ending for the three.
_UKRAINIAN_ENDING = re.compile("(?:ij|oi|oju)$")

Keys = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Name:
    """A street or district as a row of words, any of which may stand in any form."""

    words: tuple[Keys, ...]
    street: StreetEntry | None
    district: str | None
    label: str


@dataclass(frozen=True, slots=True)
class _Index:
    """The names by the keys of their last word: people leave out first names ("Batorego"), not surnames."""

    by_last_word: Mapping[str, tuple[_Name, ...]]


@dataclass(frozen=True, slots=True)
class _Match:
    name: _Name
    first: int
    last: int
    weight: float


def find_place(text: str, tokens: Sequence[Token], gazetteer: Gazetteer) -> PlaceFinding | None:
    """The place that the text names most clearly, or None. Offsets are those of the text given."""
    index = _index(gazetteer)
    keys = [_keys(token.lower) | frozenset(token.stems) for token in tokens]
    matches = [
        match
        for last in range(len(tokens))
        for match in _matches(text, tokens, keys, last, index)
    ]  # fmt: skip
    if not matches:
        return _unknown_street(text, tokens)
    weight = max(match.weight for match in matches)
    best = [match for match in matches if match.weight == weight]
    same_words = {match.name for match in best if (match.first, match.last) == (best[0].first, best[0].last)}
    return _finding(text, tokens, best[0], is_ambiguous=len(same_words) > 1)


@lru_cache(maxsize=4)
def _index(gazetteer: Gazetteer) -> _Index:
    by_last_word: dict[str, list[_Name]] = defaultdict(list)
    names = [_Name(_name_keys(s.name), s, s.district, s.name) for s in gazetteer.streets]
    names += [_Name(_name_keys(name), None, code, name) for code, name in gazetteer.districts]
    for name in names:
        if name.words:
            for key in name.words[-1]:
                by_last_word[key].append(name)
    return _Index({key: tuple(found) for key, found in by_last_word.items()})


def _name_keys(name: str) -> tuple[Keys, ...]:
    return tuple(
        _keys(word.lower()) | frozenset(base_forms(word.lower(), "pl")) for word, _, _ in find_words(name)
    )


@lru_cache(maxsize=65_536)
def _keys(lower: str) -> Keys:
    """The forms under which a word is looked up: as it stands and without its ending, in plain Latin letters."""
    latin = lower if lower.isascii() else fold(lower.translate(_LATIN)).replace(" ", "")
    if "\u0400" <= lower[0] <= "\u04ff":
        latin = _UKRAINIAN_ENDING.sub("ej", latin)
    if len(latin) < 4 or latin.isdigit():
        return frozenset({latin})
    return frozenset({latin, f"{cut_ending(latin, 'pl')}-"})


def _matches(
    text: str, tokens: Sequence[Token], keys: Sequence[Keys], last: int, index: _Index
) -> list[_Match]:  # fmt: skip
    found: dict[int, _Match] = {}
    for key in keys[last]:
        for name in index.by_last_word.get(key, ()):
            first = _first_word(name, keys, last)
            weight = _weight(text, tokens, name, first, last)
            if weight > 0:
                found[id(name)] = _Match(name, first, last, weight)
    return list(found.values())


def _first_word(name: _Name, keys: Sequence[Keys], last: int) -> int:
    """How far back the name reaches in the text: at least its last word stands there."""
    first = last
    for word in reversed(name.words[:-1]):
        if first == 0 or not (keys[first - 1] & word):
            break
        first -= 1
    return first


def _weight(text: str, tokens: Sequence[Token], name: _Name, first: int, last: int) -> float:
    """How sure it is that these words mean the place: nought when they may as well mean something else."""
    matched = last - first + 1
    has_prefix = _has_prefix(tokens, first, last)
    has_number = name.street is not None and _house_number(text, tokens[first].start, tokens[last].end) != ""
    is_name = (
        tokens[first].text[0].isupper() and not text.isupper() and not _opens_sentence(text, tokens[first])
    )
    follows = first > 0 and tokens[first - 1].lower in _BEFORE_PLACES
    alone = last + 1 == len(tokens) or not text[tokens[last].end : tokens[last + 1].start].isspace()
    if matched < len(name.words) and len(tokens[last].fold) < 4:
        return 0.0
    if not (has_prefix or has_number or is_name or matched > 1 or (follows and (alone or text.isupper()))):
        return 0.0
    complete = matched == len(name.words)
    return (
        4 * has_prefix
        + 2 * has_number
        + 2 * is_name
        + 2 * matched
        + complete
        + follows
        + (name.street is not None)
    )


def _has_prefix(tokens: Sequence[Token], first: int, last: int) -> bool:
    before = first > 0 and tokens[first - 1].lower in _STREET_WORDS
    after = last + 1 < len(tokens) and tokens[last + 1].lower in {"street", "road", "avenue", "square", "st"}
    return before or after


def _opens_sentence(text: str, token: Token) -> bool:
    before = text[: token.start].rstrip(" \t\"'„(")
    return not before or before[-1] in ".!?\n"


def _house_number(text: str, start: int, end: int) -> str:
    match = _HOUSE.match(text, end)
    if match and not _COUNTED.match(text, match.end()):
        return re.sub(r"\s", "", match["number"])
    before = _HOUSE_BEFORE.search(text, max(0, start - 12), start)
    return before[1] if before else ""


def _finding(text: str, tokens: Sequence[Token], match: _Match, *, is_ambiguous: bool) -> PlaceFinding:
    start, end = tokens[match.first].start, tokens[match.last].end
    if match.name.street is None:
        return PlaceFinding(None, "", "", match.name.district, start, end)
    number = _house_number(text, start, end)
    if is_ambiguous:
        return PlaceFinding(None, text[start:end], number, None, start, end)
    return PlaceFinding(match.name.street.id, match.name.label, number, match.name.district, start, end)


def _unknown_street(text: str, tokens: Sequence[Token]) -> PlaceFinding | None:
    """A street that the gazetteer does not have, told by its prefix and its capital letter."""
    for before, token in pairwise(tokens):
        if before.lower in _STREET_WORDS and token.text[0].isupper() and token.lower not in _STREET_WORDS:
            number = _house_number(text, token.start, token.end)
            return PlaceFinding(None, token.text, number, None, token.start, token.end)
    return None
