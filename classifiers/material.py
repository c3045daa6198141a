"""The texts to learn from, read by the pipelines and laid out as matrices."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifiers.bags import Vocabulary, make_design
from classifiers.concepts import Concepts, load_concepts
from classifiers.corpus import (
    CASE,
    NONCASES,
    Example,
    from_catalogue,
    from_vocabulary,
    in_use,
    read_sayings,
)
from classifiers.lemmas import base_forms
from classifiers.linear import Design, Head
from classifiers.normalise import Token, distinct, find_words, fold, prepare
from classifiers.pipeline import Lexicon, word_pipeline
from classifiers.types import DANGER, LANGUAGES, NORMAL, URGENT, Catalogue

_MOST_CHARACTERS = 5_000
_Answer = Callable[[Example], str]
#: How far labels with many examples are held back: 0 not at all, 1 until all labels weigh the same.
_BALANCE = 0.4
#: How much a person's decision counts beside a sentence of the corpus: it comes from the very stream that is read.
_CORRECTION_WORTH = 2.0


class NothingToLearn(Exception):
    """Neither the corpus nor the catalogue names two categories."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question that a model answers: its possible answers, and the answer of an example ("" where it has none)."""

    topic: str
    labels: tuple[str, ...]
    answer: _Answer

    def head(self, examples: Sequence[Example]) -> Head:
        numbers = {label: number for number, label in enumerate(self.labels)}
        answers = [self.answer(example) for example in examples]
        counts = Counter(answers)
        importance = [
            e.worth * (a in numbers) / counts[a] ** _BALANCE for e, a in zip(examples, answers, strict=True)
        ]
        return Head(
            np.array([numbers.get(answer, 0) for answer in answers], dtype=np.intp),
            len(self.labels),
            np.array(importance, dtype=np.float32),
        )


@dataclass(frozen=True, slots=True)
class Material:
    """The examples as bags, ready to fit any classifier on. What people decided comes last."""

    catalogue: Catalogue
    examples: tuple[Example, ...]
    sentences: int
    corrections: int
    lexicon: Lexicon
    vocabulary: Vocabulary
    design: Design
    features: NDArray[np.uint32]
    questions: tuple[Question, ...]


def gather(
    sentences: Sequence[Example], catalogue: Catalogue, corrections: Sequence[Example] = ()
) -> Material:
    """The sentences whose category is in the catalogue, the non-cases, and words that are typical of each category.

    ``corrections``: texts with what a person decided.
    """
    kept, decided = in_use(sentences, catalogue), in_use(corrections, catalogue)
    sayings = in_use(read_sayings(), catalogue)
    words = (*from_catalogue(catalogue), *from_vocabulary(catalogue))
    examples = (*kept, *sayings, *words, *decided)
    questions = _questions(examples)
    if len(questions[0].labels) < 2:
        raise NothingToLearn("the corpus and the catalogue name fewer than two categories")
    lexicon = _lexicon(examples)
    texts = read_words(examples, lexicon, load_concepts())
    written = texts[: len(kept) + len(sayings)] + texts[len(examples) - len(decided) :]
    vocabulary = Vocabulary.of(written or texts)
    design, features = make_design([vocabulary.bag(text) for text in texts])
    return Material(
        catalogue, examples, len(kept), len(decided), lexicon, vocabulary, design, features, questions
    )


def read_words(
    examples: Sequence[Example], lexicon: Lexicon, concepts: Mapping[str, Concepts]
) -> list[tuple[Token, ...]]:
    """The words of each example, as the pipelines find them."""
    pipelines = {language: word_pipeline(language, lexicon, concepts[language]) for language in LANGUAGES}
    return [pipelines[e.language](prepare(e.text, _MOST_CHARACTERS).text)._.words for e in examples]


def _questions(examples: Sequence[Example]) -> tuple[Question, ...]:
    labels = tuple(sorted({example.label for example in examples} - {""}))
    kinds = tuple(sorted({example.kind for example in examples} - {""}))
    return (
        Question("categories", labels, lambda example: example.label),
        Question("kinds", kinds, lambda example: example.kind),
        Question("urgencies", (NORMAL, URGENT, DANGER), lambda example: example.urgency),
        Question("noncases", (CASE, *NONCASES), lambda example: example.noncase),
    )


def _lexicon(examples: Sequence[Example]) -> Lexicon:
    """Base forms of Polish words by their spelling without diacritics, from the words that the examples use."""
    found: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.language == "pl":
            for word in {word.lower() for word, _, _ in find_words(example.text)}:
                if fold(word) != word:
                    found[fold(word)] += base_forms(word, "pl")
    return {word: distinct(sorted(forms)) for word, forms in sorted(found.items())}
