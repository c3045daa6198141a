"""The spaCy pipelines: blank Polish, English and Ukrainian with our own components. Nothing is downloaded."""

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from classifiers.bags import Bag, Vocabulary
from classifiers.lemmas import tokens_of
from classifiers.normalise import Token, distinct
from classifiers.scoring import BagClassifier, Scored
from classifiers.types import LANGUAGES

Part = TypeVar("Part")
Lexicon = Mapping[str, tuple[str, ...]]

Doc.set_extension("words", default=(), force=True)
Doc.set_extension("bag", default=None, force=True)
Doc.set_extension("categories", default=None, force=True)
Doc.set_extension("kinds", default=None, force=True)


class Words:
    """Finds the words within spaCy's tokens and gives each its folded form and all its base forms.

    The lexicon adds base forms that the dictionary misses because the diacritics were left out ("swieci").
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.lexicon: Lexicon = {}

    def __call__(self, doc: Doc) -> Doc:
        doc._.words = tuple(
            self._with_lexicon(word)
            for token in doc
            if not token.is_space
            for word in tokens_of(token.text, self.language, token.idx)
        )
        return doc

    def _with_lexicon(self, token: Token) -> Token:
        more = self.lexicon.get(token.fold) if token.fold == token.lower else None
        return dataclasses.replace(token, stems=distinct((*more, *token.stems))) if more else token


class Bags:
    """Weighs the words by the vocabulary that training left."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary({})

    def __call__(self, doc: Doc) -> Doc:
        doc._.bag = self.vocabulary.bag(doc._.words)
        return doc


class Scores:
    """Lets a trained classifier judge the bag; the result lies in the extension that bears the component's topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.classifier: BagClassifier | None = None

    def __call__(self, doc: Doc) -> Doc:
        if self.classifier is not None:
            doc._.set(self.topic, self.classifier.score(doc._.bag))
        return doc


# spaCy calls every factory with these two names.
@Language.factory("city_words")
def make_words(nlp: Language, name: str) -> Words:  # noqa: ARG001
    return Words(str(nlp.lang))


@Language.factory("city_bags")
def make_bags(nlp: Language, name: str) -> Bags:  # noqa: ARG001
    return Bags()


@Language.factory("city_scores")
def make_scores(nlp: Language, name: str) -> Scores:  # noqa: ARG001
    return Scores(name)


@dataclass(frozen=True, slots=True)
class Parts:
    """What training left for the components."""

    lexicon: Lexicon
    vocabulary: Vocabulary
    categories: BagClassifier
    kinds: BagClassifier


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pipeline read out of a text: plain values that outlive spaCy's document."""

    tokens: tuple[Token, ...]
    bag: Bag
    categories: Scored
    kinds: Scored


class Reader:
    """The pipelines of a trained model, one for each language. Safe to use from several threads."""

    def __init__(self, parts: Parts) -> None:
        self._pipelines = {language: _assemble(language, parts) for language in LANGUAGES}
        self._one_at_a_time = threading.Lock()

    def read(self, text: str, language: str) -> Reading:
        """Runs the pipeline of the language. The memory zone forgets the words of the text when it is done."""
        pipeline = self._pipelines[language]
        with self._one_at_a_time, pipeline.memory_zone():
            doc = pipeline(text)
            return Reading(doc._.words, doc._.bag, doc._.categories, doc._.kinds)


def word_pipeline(language: str, lexicon: Lexicon) -> Language:
    """A blank pipeline that only finds words: what training reads its texts with."""
    pipeline = spacy.blank(language)
    _component(pipeline, "city_words", "words", Words).lexicon = lexicon if language == "pl" else {}
    return pipeline


def _assemble(language: str, parts: Parts) -> Language:
    pipeline = word_pipeline(language, parts.lexicon)
    _component(pipeline, "city_bags", "bags", Bags).vocabulary = parts.vocabulary
    _component(pipeline, "city_scores", "categories", Scores).classifier = parts.categories
    _component(pipeline, "city_scores", "kinds", Scores).classifier = parts.kinds
    return pipeline


def _component(pipeline: Language, factory: str, name: str, kind: type[Part]) -> Part:
    component = pipeline.add_pipe(factory, name=name)
    if not isinstance(component, kind):
        raise TypeError(f"{factory} made a {type(component).__name__}, not a {kind.__name__}")
    return component
