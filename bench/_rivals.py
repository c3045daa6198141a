"""Text classifiers of spaCy, thinc and scikit-learn that learn the same examples as ours, and ours; on one core.

Those that learn in rounds take another round over the texts until their seconds of processor time are up.
"""

import pickle
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from sklearn.pipeline import Pipeline
from spacy.training import Example as SpacyExample
from thinc.api import Adam, Model, SparseLinear_v2, fix_random_seed

from bench._peers import characters, signalen, stemmed
from classifiers.corpus import CORPUS_DIR, Example
from classifiers.lemmas import tokens_of
from classifiers.linear import softmax
from classifiers.model import load
from classifiers.normalise import prepare
from classifiers.training import train
from classifiers.types import Catalogue
from classifiers.understand import MOST_CHARACTERS

_BATCH = 256
_LENGTH = 1 << 18
_WORDS_IN_CONTEXT = {
    "@architectures": "spacy.Tok2Vec.v2",
    "embed": {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": 64,
        "rows": [2000, 2000, 500, 1000, 500],
        "attrs": ["NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"],
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "spacy.MaxoutWindowEncoder.v2",
        "width": 64,
        "window_size": 1,
        "maxout_pieces": 3,
        "depth": 2,
    },
}
_BAG = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": True,
    "length": _LENGTH,
    "ngram_size": 1,
    "no_output_layer": False,
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """What all learn from, and how long they may take. ``texts``: the examples that have a category."""

    texts: Sequence[Example]
    catalogue: Catalogue
    seconds: float

    @property
    def labels(self) -> list[str]:
        return sorted({example.label for example in self.texts})

    def batches(self, items: Sequence[Any]) -> Iterator[list[Any]]:
        """The items in one order after another, until the time is up."""
        began, draw = time.process_time(), np.random.default_rng(1)
        while True:
            order = draw.permutation(len(items))
            for start in range(0, len(items), _BATCH):
                yield [items[number] for number in order[start : start + _BATCH]]
                if time.process_time() - began > self.seconds:
                    return


@dataclass(frozen=True, slots=True)
class Taught:
    """A classifier that has learnt: what it says of texts, and its size in bytes."""

    guess: Callable[[Sequence[Example]], list[str]]
    size: int


def ours(lesson: Lesson) -> Taught:
    """The whole model with its four questions; only the category is asked."""
    with tempfile.TemporaryDirectory(prefix="bench-models-") as models:
        directory = Path(models) / train(CORPUS_DIR, lesson.catalogue, Path(models))
        model = load(directory)
        size = sum(path.stat().st_size for path in directory.iterdir())

    def guess(examples: Sequence[Example]) -> list[str]:
        texts = (prepare(example.text, MOST_CHARACTERS).text for example in examples)
        found = (model.categories(text, model.language.detect(text)[0]) for text in texts)
        return [scored.labels[scored.best(1)[0]] for scored in found]

    return Taught(guess, size)


def recipe(make: Callable[[], Pipeline]) -> Callable[[Lesson], Taught]:
    """A pipeline of scikit-learn."""

    def teach(lesson: Lesson) -> Taught:
        pairs = [(example.text, example.language) for example in lesson.texts]
        pipeline = make().fit(pairs, [example.label for example in lesson.texts])

        def guess(examples: Sequence[Example]) -> list[str]:
            return [str(label) for label in pipeline.predict([(e.text, e.language) for e in examples])]

        return Taught(guess, len(pickle.dumps(pipeline)))

    return teach


def spacy_textcat(model: dict[str, Any]) -> Callable[[Lesson], Taught]:
    """spaCy's own component over its tokenizer for any language."""

    def teach(lesson: Lesson) -> Taught:
        fix_random_seed(1)
        pipeline = spacy.blank("xx")
        component: Any = pipeline.add_pipe("textcat", config={"model": model})
        for label in lesson.labels:
            component.add_label(label)
        others = dict.fromkeys(lesson.labels, 0.0)
        examples = [
            SpacyExample.from_dict(pipeline.make_doc(e.text), {"cats": {**others, e.label: 1.0}})
            for e in lesson.texts
        ]
        optimizer = pipeline.initialize(lambda: examples[:_BATCH])
        for batch in lesson.batches(examples):
            pipeline.update(batch, sgd=optimizer, drop=0.2)

        def guess(examples: Sequence[Example]) -> list[str]:
            docs = pipeline.pipe((example.text for example in examples), batch_size=_BATCH)
            return [max(doc.cats, key=lambda label: doc.cats[label]) for doc in docs]

        return Taught(guess, len(pipeline.to_bytes()))

    return teach


def lemmas_and_characters(lesson: Lesson) -> Taught:
    """A linear model of thinc over base forms, pairs of them, and groups of three to five characters."""
    fix_random_seed(1)
    labels = {label: number for number, label in enumerate(lesson.labels)}
    model: Model[Any, Any] = SparseLinear_v2(len(labels), _LENGTH)
    rows = [(_keys(example), labels[example.label]) for example in lesson.texts]
    model.initialize()
    optimizer = Adam(0.001)
    for batch in lesson.batches(rows):
        scores, backpropagate = model.begin_update(_stacked([keys for keys, _ in batch]))
        # The gradient of the loss by score: thinc's own softmax layer would want that by probability.
        wrong = softmax(scores)
        wrong[np.arange(len(batch)), [label for _, label in batch]] -= 1.0
        backpropagate(wrong / np.float32(len(batch)))
        model.finish_update(optimizer)
    names = list(labels)

    def guess(examples: Sequence[Example]) -> list[str]:
        return [
            names[number]
            for start in range(0, len(examples), _BATCH)
            for number in model.predict(
                _stacked([_keys(example) for example in examples[start : start + _BATCH]])
            ).argmax(axis=1)
        ]

    return Taught(guess, len(model.to_bytes()))


RIVALS: dict[str, Callable[[Lesson], Taught]] = {
    "ours": ours,
    "thinc, lemmas and characters": lemmas_and_characters,
    "spaCy TextCatBOW": spacy_textcat(_BAG),
    "spaCy TextCatEnsemble": spacy_textcat(
        {"@architectures": "spacy.TextCatEnsemble.v2", "tok2vec": _WORDS_IN_CONTEXT, "linear_model": _BAG}
    ),
    "spaCy TextCatParametricAttention": spacy_textcat(
        {
            "@architectures": "spacy.TextCatParametricAttention.v1",
            "exclusive_classes": True,
            "tok2vec": _WORDS_IN_CONTEXT,
        }
    ),
    "Signalen's recipe": recipe(signalen),
    "its words, usual penalty": recipe(stemmed),
    "characters, logistic regression": recipe(characters),
}


def _keys(example: Example) -> np.ndarray[Any, np.dtype[np.uint64]]:
    tokens = tokens_of(example.text, example.language)
    bases = [token.stems[0] for token in tokens]
    found = {f"l:{base}" for base in bases}
    found |= {f"p:{one} {other}" for one, other in pairwise(bases)}
    for token in tokens:
        word = f"<{token.fold}>"
        found |= {word[at : at + size] for size in (3, 4, 5) for at in range(len(word) - size + 1)}
    return np.array([zlib.crc32(name.encode()) for name in sorted(found)], np.uint64)


def _stacked(rows: Sequence[np.ndarray[Any, np.dtype[np.uint64]]]) -> tuple[Any, Any, Any]:
    """As thinc takes sparse rows: all keys, all values, and how many belong to each; every row has length one."""
    lengths = np.array([len(row) for row in rows], np.int32)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths).astype(np.float32)
    return np.concatenate(rows), values, lengths
