"""Looking names up by any form of their main word, also with one wrong letter."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from classifiers.normalise import Token
from classifiers.places import grammar
from classifiers.places.names import Name, NameWord, names_of
from classifiers.types import Gazetteer

#: Shorter names are not looked for with a wrong letter: too many words are one letter away.
_SHORTEST_MISSPELT = 5
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Index:
    """Names by the forms of their main word ("kolejowej"), stem ("kolejow-"), sound ("~kolew"), lemma ("=rynek")."""

    names: Mapping[str, tuple[Name, ...]]
    misspelt: Mapping[str, tuple[str, ...]]
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
            if len(self.near_cache) > _MOST_REMEMBERED:
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
        found = dict.fromkeys(name for key in near for name in self.names[key])
        return tuple(found) if len({name.words[name.head].folded for name in found}) == 1 else ()


@lru_cache(maxsize=2)
def index_of(gazetteer: Gazetteer) -> Index:
    """The index of a gazetteer; made once, kept for the gazetteers in use."""
    names: dict[str, list[Name]] = defaultdict(list)
    misspelt: dict[str, set[str]] = defaultdict(set)
    for name in names_of(gazetteer):
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
        {form: tuple(cores) for form, cores in misspelt.items()},
    )


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
