"""Fits the heads on the corpus, then goes on from there with what people decided about texts that came in.

The more was decided, the less the corpus says: it was written to begin with, the decisions come from the very stream
that will be read.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from classifiers.corpus import Example
from classifiers.linear import Fitting, Head, Weights, fit
from classifiers.material import Material, Question

_FITTING = Fitting()
#: Few steps: the weights of the corpus are to be bent, not forgotten.
_STEPS_ON = 10
#: With so many decisions they weigh as much as the whole corpus.
_EVEN_SHARE = 700.0
#: With so many decisions half of what the corpus taught is taken back before the steps are made.
_HALF_KEPT = 2_000.0


def fit_heads(material: Material) -> list[Weights]:
    """The weights for each question. A question on which nobody decided anything is learnt from the corpus alone."""
    corpus = material.examples[: len(material.examples) - material.corrections]
    heads = [question.head(corpus) for question in material.questions]
    found = fit(material.design.take(np.arange(len(corpus))), heads, _FITTING)
    decided = material.examples[len(corpus) :]
    worths = [_worth(question, decided) for question in material.questions]
    asked = [number for number, worth in enumerate(worths) if worth > 0]
    if not asked:
        return found
    joined = [
        _joined(heads[number], material.questions[number].head(decided), worths[number]) for number in asked
    ]
    starts = [_fainter(found[number], _HALF_KEPT / (_HALF_KEPT + worths[number])) for number in asked]
    bent = fit(material.design, joined, replace(_FITTING, steps=_STEPS_ON), starts)
    for number, weights in zip(asked, bent, strict=True):
        found[number] = weights
    return found


def _worth(question: Question, decided: Sequence[Example]) -> float:
    return sum(example.worth for example in decided if question.answer(example) in question.labels)


def _joined(corpus: Head, decided: Head, worth: float) -> Head:
    """Both as one head, in which the decisions together count by their number."""
    share = worth / (worth + _EVEN_SHARE)
    shares = ((corpus, 1.0 - share), (decided, share))
    return Head(
        np.concatenate([corpus.labels, decided.labels]),
        corpus.n_labels,
        np.concatenate([head.importance * np.float32(part / head.importance.sum()) for head, part in shares]),
    )


def _fainter(weights: Weights, kept: float) -> Weights:
    return Weights(weights.weights * np.float32(kept), weights.biases * np.float32(kept))
