"""The spaCy pipelines: blank Polish, English and Ukrainian with our own components. Nothing is downloaded."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_lang_class
from spacy.vocab import Vocab

from classifiers.bags import Bag, Vocabulary
from classifiers.concepts import NO_CONCEPTS, Concepts
from classifiers.lemmas import token_of
from classifiers.normalise import Token, distinct, find_words
from classifiers.scoring import Head, Scored, WordWeights
from classifiers.types import LANGUAGES

Part = TypeVar("Part")
Lexicon = Mapping[str, tuple[str, ...]]
#: The questions of a model, in the order of the fields of ``Reading``.
TOPICS = ("categories", "kinds", "urgencies", "noncases")
_MOST_REMEMBERED = 100_000
_TEXT = "text"
_CHUNK = re.compile(r"(\S+|\s)( )?")

Doc.set_extension("words", default=(), force=True)
Doc.set_extension("bag", default=None, force=True)
Doc.set_extension("parts", default=None, force=True)
for _topic in TOPICS:
    Doc.set_extension(_topic, default=None, force=True)


class Chunks:
    """A tokenizer that parts a text at its spaces: the words within are found by our own component."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        chunks = _CHUNK.findall(text)
        doc = Doc(
            self.vocab, words=[chunk for chunk, _ in chunks], spaces=[bool(space) for _, space in chunks]
        )
        doc.user_data[_TEXT] = (
            text  # putting it together again from its chunks takes longer than all the rest
        )
        return doc


class Words:
    """Finds the words of the text and gives each its folded form, all its base forms and its concepts.

    The lexicon adds base forms that the dictionary misses because the diacritics were left out ("swieci").
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.lexicon: Lexicon = {}
        self.concepts = NO_CONCEPTS
        self._known: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}

    def __call__(self, doc: Doc) -> Doc:
        words = [self._token(*found) for found in find_words(doc.user_data[_TEXT])]
        for first, word in enumerate(words):
            phrases = tuple(self.concepts.phrases_at(words, first))
            if phrases:
                lengths = tuple((last - first + 1, concept) for last, concept in phrases)
                words[first] = word._replace(phrases=lengths)
        doc._.words = tuple(words)
        return doc

    def _token(self, text: str, start: int, end: int) -> Token:
        """The word with all its base forms and its concepts; they are remembered by its lower case."""
        lower = text.lower()
        known = self._known.get(lower)
        if known is None:
            token = token_of(text, start, end, self.language)
            more = self.lexicon.get(token.fold, ()) if token.fold == lower else ()
            token = token._replace(stems=distinct((*more, *token.stems)))
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[lower] = known = (token.fold, token.stems, self.concepts.of_word(token))
        return Token(text, start, end, lower, *known)


class Bags:
    """Weighs the words by the vocabulary that training left, and looks up what each says for all labels."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary({})
        self.weights: WordWeights | None = None

    def __call__(self, doc: Doc) -> Doc:
        doc._.bag = self.vocabulary.bag(doc._.words)
        if self.weights is not None:
            doc._.parts = self.weights.parts(doc._.bag)
        return doc


class Scores:
    """Answers one question; the result lies in the extension that bears the component's topic."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.head: Head | None = None

    def __call__(self, doc: Doc) -> Doc:
        if self.head is not None:
            doc._.set(self.topic, self.head.score(doc._.parts))
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
    """What training left for the components. ``heads`` by topic."""

    lexicon: Lexicon
    concepts: Mapping[str, Concepts]
    vocabulary: Vocabulary
    weights: WordWeights
    heads: Mapping[str, Head]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pipeline read out of a text: plain values that outlive spaCy's document."""

    tokens: tuple[Token, ...]
    bag: Bag
    categories: Scored
    kinds: Scored
    urgencies: Scored
    noncases: Scored


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
            return Reading(doc._.words, doc._.bag, *(doc._.get(topic) for topic in TOPICS))

    def categories(self, text: str, language: str) -> Scored:
        """Only what the text is about; the other questions are not asked."""
        pipeline = self._pipelines[language]
        with self._one_at_a_time, pipeline.memory_zone():
            scored: Scored = pipeline(text, disable=TOPICS[1:])._.categories
            return scored


def word_pipeline(language: str, lexicon: Lexicon, concepts: Concepts) -> Language:
    """A blank pipeline that only finds words: what training reads its texts with."""
    # Made by hand, since ``spacy.blank`` first builds a tokenizer of its own: a tenth of a second for each language.
    pipeline: Language = get_lang_class(language)(create_tokenizer=lambda nlp: Chunks(nlp.vocab))
    # Nothing asks spaCy what a word looks like; it would find that out for every new word of every text.
    pipeline.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]
    words = _component(pipeline, "city_words", "words", Words)
    words.lexicon = lexicon if language == "pl" else {}
    words.concepts = concepts
    return pipeline


def _assemble(language: str, parts: Parts) -> Language:
    pipeline = word_pipeline(language, parts.lexicon, parts.concepts[language])
    bags = _component(pipeline, "city_bags", "bags", Bags)
    bags.vocabulary, bags.weights = parts.vocabulary, parts.weights
    for topic in TOPICS:
        _component(pipeline, "city_scores", topic, Scores).head = parts.heads[topic]
    return pipeline


def _component(pipeline: Language, factory: str, name: str, kind: type[Part]) -> Part:
    component = pipeline.add_pipe(factory, name=name)
    if not isinstance(component, kind):
        raise TypeError(f"{factory} made a {type(component).__name__}, not a {kind.__name__}")
    return component
