"""The names of the gazetteer, ready to be looked up by any form of their main word, also with one wrong letter."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from classifiers.lemmas import base_forms
from classifiers.normalise import Token, find_words, fold
from classifiers.places import grammar
from classifiers.places.words import NUMBER_WORDS, ROMAN, STREET_KINDS, TITLES
from classifiers.types import Gazetteer, StreetEntry

#: Shorter names are not looked for with a wrong letter: too many words are one letter away.
_SHORTEST_MISSPELT = 5
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


@dataclass(frozen=True, slots=True)
class Index:
    """Names by the forms of their main word ("kolejowej"), stem ("kolejow-"), sound ("~kolew"), lemma ("=rynek")."""

    names: Mapping[str, tuple[Name, ...]]
    misspelt: Mapping[str, frozenset[str]]
    near_cache: dict[str, tuple[Name, ...]] = field(default_factory=dict, compare=False)

    def lookup(self, token: Token) -> tuple[Name, ...]:
        """The names whose main word the token may be."""
        if grammar.is_cyrillic(token.lower):
            return self.names.get(f"~{grammar.sound(token.lower)}", ())
        if token.fold in self.names:
            return self.names[token.fold]
        keys = [f"={lemma}" for lemma in token.stems]
        keys.append(f"{grammar.stem(token.fold)}-")
        found = dict.fromkeys(name for key in keys if key in self.names for name in self.names[key])
        return tuple(
            name
            for name in found
            if name.words[name.head].is_form(token) or name.words[name.head].is_nominative(token)
        )

    def lookup_misspelt(self, token: Token) -> tuple[Name, ...]:
        """The names whose main word is one letter away. Nothing for a word of the language, or when two are as near."""
        if token.lower not in self.near_cache:
            if len(self.near_cache) > 20_000:
                self.near_cache.clear()
            self.near_cache[token.lower] = self._misspelt(token)
        return self.near_cache[token.lower]

    def _misspelt(self, token: Token) -> tuple[Name, ...]:
        if len(token.fold) < _SHORTEST_MISSPELT or not token.fold.isalpha() or grammar.is_word(token.lower):
            return ()
        written = (
            (f"~{grammar.sound(token.lower)}",)
            if grammar.is_cyrillic(token.lower)
            else (f"{grammar.stem(token.fold)}-", token.fold)
        )
        near = {
            key
            for core in written
            for form in _with_one_letter_less(core)
            for key in self.misspelt.get(form, ())
            if _kind(key) == _kind(core) and _is_one_letter_away(key, core)
        }
        streets = {name.street or name: name for key in near for name in self.names[key]}
        return tuple(streets.values()) if len(near) == 1 or len(streets) == 1 else ()


@lru_cache(maxsize=4)
def index_of(gazetteer: Gazetteer) -> Index:
    """The index of a gazetteer; made once, kept for the gazetteers in use."""
    names: dict[str, list[Name]] = defaultdict(list)
    misspelt: dict[str, set[str]] = defaultdict(set)
    for name in _names(gazetteer):
        word = name.words[name.head]
        cores = {f"{word.stem}-", f"~{word.sound}"}
        for key in {*word.forms, *cores, *(f"={lemma}" for lemma in word.lemmas)}:
            names[key].append(name)
        if len(word.folded) >= _SHORTEST_MISSPELT and not word.is_number:
            for core in _cores(word):
                for form in _with_one_letter_less(core):
                    misspelt[form].add(core)
    return Index(
        {key: tuple(found) for key, found in names.items()},
        {form: frozenset(cores) for form, cores in misspelt.items()},
    )


def _names(gazetteer: Gazetteer) -> Iterator[Name]:
    for street in gazetteer.streets:
        kind = street_kind(street.prefix)
        yield from _name(street.name, street, street.district, kind)
    for code, label in gazetteer.districts:
        yield from _name(label, None, code, "os")


def street_kind(prefix: str) -> str:
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


def _cores(word: NameWord) -> Iterator[str]:
    """What a misspelt word is compared with: whole forms, and the stem where it is long enough to tell."""
    yield f"~{word.sound}"
    yield from word.forms
    if len(word.stem) >= _SHORTEST_MISSPELT:
        yield f"{word.stem}-"


def _kind(core: str) -> str:
    return "sound" if core[0] == "~" else "stem" if core[-1] == "-" else "form"


def _is_one_letter_away(first: str, second: str) -> bool:
    """At most one letter more, less, wrong, or two neighbours swapped; the first letter is right."""
    if first[:2] != second[:2] and "~" in (first[0], second[0]):
        return False
    if first[0] != second[0] or abs(len(first) - len(second)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    if len(first) != len(second):
        longer, shorter = (first, second) if len(first) > len(second) else (second, first)
        return longer[start + 1 :] == shorter[start:]
    swapped = (
        first[start : start + 2] == second[start : start + 2][::-1]
        and first[start + 2 :] == second[start + 2 :]
    )
    return swapped or first[start + 1 :] == second[start + 1 :]


def _with_one_letter_less(core: str) -> Iterator[str]:
    yield core
    for place in range(1, len(core) - (core[-1] == "-")):
        yield core[:place] + core[place + 1 :]
