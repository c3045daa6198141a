"""What people decided teaches beside the corpus: the more, the more was decided, and only about words that were met."""

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


def test_words_that_no_decided_text_has_keep_what_the_corpus_taught(few: Catalogue) -> None:
    text = "Kwaki mrugo"
    material = gather(CORPUS, few, [Example(text, "pl", "road.pothole"), Example(text, "pl", "light")])
    taught = fit_heads(material)[0]
    corpus, _, _ = fitted(few, [Example(text, "pl", label, worth=0.0) for label in ("road.pothole", "light")])
    met = np.unique(material.design.features_of_texts[-2:].indices)
    unmet = np.setdiff1d(np.arange(len(material.features)), met)
    assert len(met)
    assert len(unmet)
    np.testing.assert_array_equal(taught.weights[unmet], corpus[0].weights[unmet])
    assert not np.array_equal(taught.weights[met], corpus[0].weights[met])


def test_decisions_have_the_more_to_say_the_more_there_are_for_each_answer_up_to_a_line(
    few: Catalogue,
) -> None:
    leads = [lead_of_decided_words(few, count) for count in (10, 80, 320)]
    assert leads[1] > 1.2 * leads[0]
    assert leads[2] == pytest.approx(leads[1], rel=0.1)


def test_what_was_decided_teaches_the_same_to_the_bit(few: Catalogue) -> None:
    assert lead_of_decided_words(few, 5) == lead_of_decided_words(few, 5)


def lead_of_decided_words(catalogue: Catalogue, count: int) -> float:
    """How far two words that only decisions know speak for the category that people chose, not for the other."""
    said = {"light": "Kwaki mrugo", "road.pothole": "Trzmyga klepot"}
    decided = [Example(text, "pl", label) for label, text in said.items() for _ in range(count)]
    material = gather(CORPUS, catalogue, decided)
    parts = material.design.features_of_texts[-2 * count] @ fit_heads(material)[0].weights
    labels = material.questions[0].labels
    return float(parts[0, labels.index("light")] - parts[0, labels.index("road.pothole")])
