"""Fits the heads on the corpus, then teaches them what people decided about texts that came in.

What the decisions teach is learnt twice, once going on from the corpus and once without it, and added to the same
weights: two opinions on a text, whose scores are summed. The corpus itself is never taken back, so that a stream of
texts of one sort costs little of what the model knows of the others.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classifiers.corpus import Example
from classifiers.linear import Design, Fitting, Floats, Head, Weights, fit
from classifiers.material import Material, Question

_FITTING = Fitting()
_GOING_ON = replace(_FITTING, steps=25)
#: What was decided is taken as it is, without doubt, and its rare words are left free to speak.
_ALONE = replace(_FITTING, steps=60, pull=1e-4, smoothing=0.0)
#: With so many decisions the weights go half of the way from the corpus to where the decisions lead them.
_HALF_WAY = 5.0
#: With so many decisions for each answer that was given, they alone have as much to say as all else.
_FULL_SAY = 80.0


def fit_heads(material: Material) -> list[Weights]:
    """The weights for each question. A question on which nobody decided anything is learnt from the corpus alone."""
    corpus = material.examples[: len(material.examples) - material.corrections]
    heads = [question.head(corpus) for question in material.questions]
    found = fit(material.design.take(np.arange(len(corpus))), heads, _FITTING)
    decided = material.examples[len(corpus) :]
    texts = material.design.take(np.arange(len(corpus), len(material.examples)))
    return [
        _taught(weights, texts, question.head(decided), worth)
        if (worth := _worth(question, decided)) > 0
        else weights
        for weights, question in zip(found, material.questions, strict=True)
    ]


def _worth(question: Question, decided: Sequence[Example]) -> float:
    return sum(example.worth for example in decided if question.answer(example) in question.labels)


def _taught(corpus: Weights, texts: Design, head: Head, worth: float) -> Weights:
    """The weights of the corpus with both opinions added. Features that no such text has stay as they are."""
    met = np.unique(texts.features_of_texts.indices)
    narrow = Design(texts.words_of_texts, texts.features_of_words[:, met])
    start = Weights(corpus.weights[met], corpus.biases)
    [onward] = fit(narrow, [head], _GOING_ON, [start])
    way = np.float32(worth / (worth + _HALF_WAY))
    weights = corpus.weights.copy()
    weights[met] += way * (onward.weights - start.weights)
    given = np.unique(head.labels[head.importance > 0])
    say = np.float32(min(1.0, worth / len(given) / _FULL_SAY))
    weights[np.ix_(met, given)] += say * _alone(narrow, head, given)
    return Weights(weights, corpus.biases + way * (onward.biases - corpus.biases))


def _alone(texts: Design, head: Head, given: NDArray[np.intp]) -> Floats:
    """What the words say for the answers that people gave, by their decisions alone.

    An answer that nobody gave is neither likelier nor less likely for it, and so is one that is given often: the
    biases, which tell how often, are left out.
    """
    among = Head(np.searchsorted(given, head.labels).clip(max=len(given) - 1), len(given), head.importance)
    [found] = fit(texts, [among], _ALONE)
    return found.weights
