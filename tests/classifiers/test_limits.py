"""Where the lines lie: enough is right above them, and nothing that must be caught lies below."""

import numpy as np

from classifiers import limits
from classifiers.corpus import Example
from classifiers.material import Question

QUESTIONS = (
    Question("categories", ("a", "b"), lambda example: example.label),
    Question("kinds", ("COMPLAINT", "REPORT"), lambda example: example.kind),
    Question("urgencies", ("NORMAL", "URGENT", "DANGER"), lambda example: example.urgency),
    Question("noncases", ("CASE", "SPAM"), lambda example: example.noncase),
)


def draw(confidences: list[float], hits: list[bool]) -> dict[str, float]:
    """The lines for texts that are said to be "a", and one plainly legal text beside them."""
    texts = [Example("x", "pl", "a" if hit else "b", "REPORT", "NORMAL") for hit in hits]
    texts.append(Example("x", "pl", "a", "COMPLAINT", "NORMAL"))
    n = len(texts)
    judged = {
        "categories": np.array([[c, 1 - c] for c in [*confidences, 0.5]], np.float32),
        "kinds": np.array([[0.0, 1.0]] * (n - 1) + [[1.0, 0.0]], np.float32),
        "urgencies": np.array([[1.0, 0.0, 0.0]] * n, np.float32),
        "noncases": np.array([[1.0, 0.0]] * n, np.float32),
    }
    chosen = limits.choose(texts, judged, QUESTIONS, [False] * n, frozenset())["limits"]
    return {**chosen["categories"], "common": chosen["common"]}


def test_above_the_line_enough_is_right() -> None:
    confidences = np.linspace(0.51, 1.0, 200)
    hits = confidences > 0.7
    lines = draw(confidences.tolist(), hits.tolist())
    assert hits[confidences >= lines["a"]].mean() >= limits.WANTED_PRECISION
    assert lines["common"] < 0.72


def test_nothing_is_routed_where_nothing_is_right() -> None:
    assert draw([0.9, 0.95, 0.99], [False, False, False])["a"] > 1


def test_without_validation_nothing_is_routed_and_all_may_be_legal() -> None:
    chosen = limits.choose([], {}, QUESTIONS, [], frozenset())["limits"]
    assert chosen["common"] > 1
    assert chosen["legal"] == 0.0


def test_no_legal_text_with_words_of_the_law_lies_below_the_line() -> None:
    texts = [Example("x", "pl", "a", "COMPLAINT" if n % 3 == 0 else "REPORT", "NORMAL") for n in range(30)]
    legal = np.array([0.3 + n / 100 if n % 3 == 0 else 0.1 for n in range(30)], np.float32)
    judged = {
        "categories": np.array([[0.9, 0.1]] * 30, np.float32),
        "kinds": np.stack([legal, 1 - legal], axis=1),
        "urgencies": np.array([[1.0, 0.0, 0.0]] * 30, np.float32),
        "noncases": np.array([[1.0, 0.0]] * 30, np.float32),
    }
    found = limits.choose(texts, judged, QUESTIONS, [True] * 30, frozenset())
    assert found["limits"]["legal_marked"] < legal[0]
    assert found["validation"]["legal_recall"] == 1.0
    assert found["validation"]["legal_false_alarms"] == 0.0
