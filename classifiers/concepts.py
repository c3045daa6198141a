"""The concept lexicon: words of three languages that mean the same, written by hand, so that they are learnt together.

A file of ``data/concepts/`` has a line for each concept: ``name | Polish | English | Ukrainian``, words by commas.
A model carries the lexicon that it was trained with, compiled: asking the dictionary for 50,000 words takes a while.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from classifiers.lemmas import tokens_of
from classifiers.normalise import Token
from classifiers.types import LANGUAGES

CONCEPTS_DIR = Path(__file__).resolve().parent / "data" / "concepts"


class LexiconError(ValueError):
    """A line of the lexicon cannot be read; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row that express a concept: the base forms of the first two, the possible forms of the others."""

    words: tuple[frozenset[str], ...]
    concept: str


@dataclass(frozen=True, slots=True)
class Concepts:
    """The lexicon of one language: concepts by the form of a word, and phrases by forms of their first two words."""

    words: Mapping[str, tuple[str, ...]]
    phrases: Mapping[tuple[str, str], tuple[Phrase, ...]]

    @classmethod
    def of(cls, words: Mapping[str, Iterable[str]], phrases: Iterable[Phrase]) -> "Concepts":
        """The lexicon with its phrases indexed; of those that begin alike the order given stays."""
        index: dict[tuple[str, str], list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            for start in product(phrase.words[0], phrase.words[1]):
                index[start].append(phrase)
        return cls(
            {form: tuple(found) for form, found in words.items()},
            {start: tuple(found) for start, found in index.items()},
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Concepts":
        """The lexicon that ``to_plain`` took apart."""
        return cls.of(
            plain["words"],
            (Phrase(tuple(map(frozenset, words)), concept) for concept, *words in plain["phrases"]),
        )

    def to_plain(self) -> dict[str, Any]:
        """The lexicon as what JSON can hold; the same lexicon gives the same bytes."""
        phrases = {phrase for found in self.phrases.values() for phrase in found}
        return {
            "words": {form: self.words[form] for form in sorted(self.words)},
            "phrases": [(phrase.concept, *map(sorted, phrase.words)) for phrase in _in_order(phrases)],
        }

    def of_word(self, token: Token) -> tuple[str, ...]:
        """The concepts of a word: by its form as it stands, else by any of its base forms."""
        found = self.words.get(token.fold)
        if found is not None:
            return found
        return tuple(sorted({concept for stem in token.stems for concept in self.words.get(stem, ())}))

    def phrases_at(self, tokens: Sequence[Token], first: int) -> Iterator[tuple[int, str]]:
        """Phrases that begin at a word, each with the position of its last word and its concept."""
        if first + 1 == len(tokens):
            return
        found = {
            phrase: None
            for one in tokens[first].stems
            for other in tokens[first + 1].stems
            for phrase in self.phrases.get((one, other), ())
        }
        for phrase in found:
            last = first + len(phrase.words) - 1
            rest = zip(tokens[first + 2 : last + 1], phrase.words[2:], strict=False)
            if last < len(tokens) and all(_forms(token) & word for token, word in rest):
                yield last, phrase.concept


NO_CONCEPTS = Concepts({}, {})


@cache
def load_concepts(directory: Path = CONCEPTS_DIR) -> Mapping[str, Concepts]:
    """The lexicon by language. Raises LexiconError for a bad line."""
    words: dict[str, dict[str, set[str]]] = {language: defaultdict(set) for language in LANGUAGES}
    phrases: dict[str, set[Phrase]] = {language: set() for language in LANGUAGES}
    for concept, columns in _lines(directory):
        for language, column in zip(LANGUAGES, columns, strict=True):
            for entry in filter(None, (entry.strip().lower() for entry in column.split(","))):
                tokens = tokens_of(entry, language)
                if len(tokens) == 1:
                    for form in _forms(tokens[0]):
                        words[language][form].add(concept)
                elif tokens:
                    starts = (frozenset(token.stems) for token in tokens[:2])
                    phrases[language].add(Phrase((*starts, *map(_forms, tokens[2:])), concept))
    return {
        language: Concepts.of(
            {form: sorted(found) for form, found in words[language].items()}, _in_order(phrases[language])
        )
        for language in LANGUAGES
    }


@cache
def compile_concepts(directory: Path = CONCEPTS_DIR) -> str:
    """The lexicon by language as the text that a model carries: the same lexicon gives the same text.

    Raises LexiconError for a bad line.
    """
    plain = {language: lexicon.to_plain() for language, lexicon in load_concepts(directory).items()}
    return json.dumps(plain, ensure_ascii=False)


@lru_cache(maxsize=1)
def read_concepts(compiled: str) -> Mapping[str, Concepts]:
    """The lexicon by language out of the text that a model carries.

    Putting it together is most of the work of loading a model, and most models carry the same one: the model that
    serves, the one in the shadow and those that are compared share it.
    """
    return {language: Concepts.from_plain(plain) for language, plain in json.loads(compiled).items()}


def concept_files(directory: Path = CONCEPTS_DIR) -> list[Path]:
    return sorted(directory.glob("*.txt"))


def _in_order(phrases: Iterable[Phrase]) -> list[Phrase]:
    """The shorter first; the same phrases always in the same order."""
    return sorted(phrases, key=lambda phrase: (len(phrase.words), phrase.concept, *map(sorted, phrase.words)))


def _forms(token: Token) -> frozenset[str]:
    return frozenset((token.fold, *token.stems))


def _lines(directory: Path) -> Iterator[tuple[str, list[str]]]:
    for path in concept_files(directory):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            concept, *columns = line.split("|")
            if len(columns) != len(LANGUAGES) or not concept.strip():
                raise LexiconError(f"{path.name}, line {number}: not a concept with {len(LANGUAGES)} columns")
            yield concept.strip(), columns
