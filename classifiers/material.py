"""The texts to learn from, read by the pipelines and laid out as matrices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.bags import Vocabulary, make_design
from classifiers.corpus import Example, from_catalogue, from_vocabulary
from classifiers.lemmas import base_forms
from classifiers.linear import Design
from classifiers.normalise import Token, distinct, find_words, fold, prepare
from classifiers.pipeline import Lexicon, word_pipeline
from classifiers.types import LANGUAGES, Catalogue

_MOST_CHARACTERS = 5_000


class NothingToLearn(Exception):
    """Neither the corpus nor the catalogue names two categories."""


@dataclass(frozen=True, slots=True)
class Material:
    """The examples as bags, ready to fit any classifier on. Sentences of the corpus come first."""

    catalogue: Catalogue
    examples: tuple[Example, ...]
    texts: tuple[tuple[Token, ...], ...]
    sentences: int
    lexicon: Lexicon
    vocabulary: Vocabulary
    design: Design
    features: NDArray[np.uint32]


def gather(sentences: Sequence[Example], catalogue: Catalogue) -> Material:
    """The sentences whose category is in the catalogue, and the catalogue's own words, as bags."""
    codes = {entry.code for entry in catalogue.categories}
    kept = [example for example in sentences if example.label in codes]
    examples = (*kept, *from_catalogue(catalogue), *from_vocabulary(catalogue))
    if len({example.label for example in examples}) < 2:
        raise NothingToLearn("the corpus and the catalogue name fewer than two categories")
    lexicon = _lexicon(examples)
    texts = _tokens(examples, lexicon)
    vocabulary = Vocabulary.of(texts[: len(kept)] or texts)
    design, features = make_design([vocabulary.bag(text) for text in texts])
    return Material(catalogue, examples, tuple(texts), len(kept), lexicon, vocabulary, design, features)


def _lexicon(examples: Sequence[Example]) -> Lexicon:
    """Base forms of Polish words by their spelling without diacritics, from the words that the examples use."""
    found: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.language == "pl":
            for word in {word.lower() for word, _, _ in find_words(example.text)}:
                if fold(word) != word:
                    found[fold(word)] += base_forms(word, "pl")
    return {word: distinct(sorted(forms)) for word, forms in sorted(found.items())}


def _tokens(examples: Sequence[Example], lexicon: Lexicon) -> list[tuple[Token, ...]]:
    pipelines = {language: word_pipeline(language, lexicon) for language in LANGUAGES}
    return [pipelines[e.language](prepare(e.text, _MOST_CHARACTERS).text)._.words for e in examples]
