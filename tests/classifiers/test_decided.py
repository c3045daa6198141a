"""What people decided bends what the corpus taught: the more, the more was decided."""

import numpy as np
import pytest

from classifiers.corpus import Example
from classifiers.decided import fit_heads
from classifiers.linear import Weights
from classifiers.material import gather
from classifiers.types import Catalogue

CORPUS = [Example(f"Stara lampa {n} nie świeci", "pl", "light", "REPORT", "NORMAL") for n in range(6)]


@pytest.fixture
def few(catalogue: Catalogue) -> Catalogue:
    return Catalogue(
        tuple(entry for entry in catalogue.categories if entry.code in {"road.pothole", "light"})
    )


def fitted(catalogue: Catalogue, decided: list[Example]) -> tuple[list[Weights], np.ndarray, tuple[str, ...]]:
    """Weights of all heads, and the scores of the first text of the corpus by category."""
    material = gather(CORPUS, catalogue, decided)
    found = fit_heads(material)
    scores = found[0].scores(material.design.features_of_texts[:1])[0]
    return found, scores, material.questions[0].labels


def test_the_more_is_decided_otherwise_the_less_the_corpus_says(few: Catalogue) -> None:
    leads = []
    for count in (0, 2, 40):
        decided = [Example(f"Stara lampa {n} nie świeci", "pl", "road.pothole") for n in range(count)]
        _, scores, labels = fitted(few, decided)
        leads.append(float(scores[labels.index("light")] - scores[labels.index("road.pothole")]))
    assert leads[0] > leads[1] > leads[2]


def test_what_was_decided_only_of_the_category_leaves_the_other_questions_alone(few: Catalogue) -> None:
    decided = [Example("Stara lampa 3 nie świeci", "pl", "road.pothole", noncase="")]
    without, _, _ = fitted(few, [Example("Stara lampa 3 nie świeci", "pl", "road.pothole", worth=0.0)])
    with_decision, _, _ = fitted(few, decided)
    assert not np.array_equal(with_decision[0].weights, without[0].weights)
    for kept, bent in zip(without[1:], with_decision[1:], strict=True):
        np.testing.assert_array_equal(kept.weights, bent.weights)
