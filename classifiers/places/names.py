"""The names of the gazetteer as rows of words: which may be left out, which is the main one, which forms each has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from classifiers.lemmas import base_forms
from classifiers.normalise import Token, find_words, fold
from classifiers.places import grammar
from classifiers.places.words import NUMBER_WORDS, ROMAN, STREET_KINDS, TITLES
from classifiers.types import Gazetteer, StreetEntry

_QUOTED = re.compile("[\"„”“']([^\"„”“']+)[\"„”“']")


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word of a name. An optional one (given name, title, nickname) is often left out."""

    folded: str
    forms: frozenset[str]
    lemmas: frozenset[str]
    stem: str
    sound: str
    is_noun: bool
    is_fixed: bool
    is_common: bool
    is_number: bool
    is_optional: bool
    is_nickname: bool = False

    def is_form(self, token: Token) -> bool:
        """Whether the token is a form of this word, and of no other that only sounds alike ("Solna" is not "Solny")."""
        if token.fold in self.forms or grammar.is_cyrillic(token.lower):
            return True
        return self.is_noun and (
            grammar.stem(token.fold) == self.stem or not self.lemmas.isdisjoint(token.stems)
        )

    def is_nominative(self, token: Token) -> bool:
        """Whether the token is the surname that stands in the genitive here ("Mickiewicz Street")."""
        cut = self.folded[:-1]
        return self.is_fixed and cut in (token.fold, token.fold[:-1])

    def fits(self, token: Token) -> bool:
        """Whether the token may be this word: a form of it, its abbreviation, or the same stem or sound."""
        if token.fold in self.forms or (
            token.fold in TITLES and TITLES.get(self.folded) == TITLES[token.fold]
        ):
            return True
        if self.is_number or token.fold in NUMBER_WORDS:
            return NUMBER_WORDS.get(token.fold, token.fold) == NUMBER_WORDS.get(self.folded, self.folded)
        if grammar.is_cyrillic(token.lower):
            return grammar.sound(token.lower) == self.sound
        return grammar.stem(token.fold) == self.stem or not self.lemmas.isdisjoint(token.stems)


@dataclass(frozen=True, slots=True, eq=False)
class Name:
    """A street or district. ``head`` is the place of its main word, without which it is not recognised."""

    words: tuple[NameWord, ...]
    head: int
    label: str
    street: StreetEntry | None
    district: str | None
    kind: str


def names_of(gazetteer: Gazetteer) -> Iterator[Name]:
    """All streets and districts; a street with a nickname ("Hubala") twice."""
    for street in gazetteer.streets:
        kind = _street_kind(street.prefix)
        yield from _name(street.name, street, street.district, kind)
    for code, label in gazetteer.districts:
        yield from _name(label, None, code, "os")


def _street_kind(prefix: str) -> str:
    """The kind that an official abbreviation stands for: "ul." is "ul"; an unknown one is its own kind."""
    plain = fold(prefix).strip(" .")
    return STREET_KINDS.get(plain, plain)


def _name(label: str, street: StreetEntry | None, district: str | None, kind: str) -> Iterator[Name]:
    words = _words(label)
    if not words:
        return
    needed = [place for place, word in enumerate(words) if not (word.is_optional or word.is_number)]
    if not needed:  # "Jana Pawła II", "św. Jana": nothing may be left out but the numeral
        words = tuple(_needed(word) for word in words)
        needed = [place for place, word in enumerate(words) if not word.is_number] or [len(words) - 1]
    yield Name(words, needed[-1], label, street, district, kind)
    for place, word in enumerate(words):
        if word.is_nickname:  # "na Hubala": then everything else is optional
            yield Name(
                tuple(replace(w, is_optional=True) for w in words), place, label, street, district, kind
            )


def _words(label: str) -> tuple[NameWord, ...]:
    nicknames = {word for quoted in _QUOTED.findall(label) for word, _, _ in find_words(quoted)}
    found = list(find_words(label))
    return tuple(
        _word(
            word.lower(),
            is_nickname=word in nicknames,
            is_optional=word in nicknames
            or (len(found) > 1 and _is_left_out(word.lower(), is_last=place == len(found) - 1))
            or (start > 0 and label[start - 1] == "-")
            or (place > 0 and word.lower() in ROMAN and grammar.is_given_name(found[place - 1][0].lower())),
        )
        for place, (word, start, _) in enumerate(found)
    )


def _is_left_out(lower: str, *, is_last: bool) -> bool:
    return (
        fold(lower) in TITLES
        or (len(lower) == 1 and lower.isalpha() and lower not in ROMAN)
        or (not is_last and grammar.is_given_name(lower))
    )


def _word(lower: str, *, is_optional: bool, is_nickname: bool) -> NameWord:
    folded = fold(lower)
    return NameWord(
        folded=folded,
        forms=grammar.forms_of(lower),
        lemmas=frozenset(base_forms(lower, "pl")) if grammar.is_noun(lower) else frozenset(),
        stem=grammar.stem(folded),
        sound=grammar.sound(lower),
        is_noun=grammar.is_noun(lower),
        is_fixed=grammar.is_fixed(lower),
        is_common=grammar.is_common(lower),
        is_number=folded.isdigit() or folded in NUMBER_WORDS,
        is_optional=is_optional,
        is_nickname=is_nickname,
    )


def _needed(word: NameWord) -> NameWord:
    return replace(word, is_optional=word.is_number and word.is_optional)
