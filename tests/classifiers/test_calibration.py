import numpy as np
import pytest

from classifiers import calibration
from classifiers.linear import softmax


def test_macro_f1_counts_every_label_alike() -> None:
    assert calibration.macro_f1(["a", "a", "b"], ["a", "a", "a"]) == pytest.approx((0.8 + 0.0) / 2)


def test_the_calibration_error_is_nought_where_probabilities_tell_the_truth() -> None:
    confidences = np.array([0.75] * 4 + [1.0] * 3)
    hits = np.array([True, True, True, False, True, True, True])
    assert calibration.calibration_error(confidences, hits) == pytest.approx(0.0)
    assert calibration.calibration_error(confidences, ~hits) > 0.5


def test_an_overconfident_model_is_straightened() -> None:
    generator = np.random.default_rng(1)
    confidences = generator.uniform(0.5, 1.0, 4000)
    hits = generator.uniform(size=4000) < confidences - 0.2
    curve = calibration.reliability_curve(confidences, hits)
    assert [y for _, y in curve] == sorted(y for _, y in curve)
    rows = np.stack([confidences, 1 - confidences], axis=1).astype(np.float32)
    straight = calibration.straighten(rows, curve)
    np.testing.assert_allclose(straight.sum(axis=1), 1.0, rtol=1e-5)
    assert calibration.calibration_error(straight[:, 0], hits) < 0.03


def test_the_temperature_follows_the_truth() -> None:
    scores = np.array([[5.0, 0.0]] * 100, np.float32)
    labels = np.array([0] * 73 + [1] * 27)
    assert calibration.choose_temperature(scores, labels) > 2


def test_probabilities_fall_into_tenths() -> None:
    confidences, hits = np.array([0.91, 0.97, 0.42, 1.0]), np.array([True, False, False, True])
    assert calibration.reliability_table(confidences, hits) == [[0.42, 0.0, 1], [0.96, 0.6667, 3]]


def _guesses(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores that say nothing of the labels."""
    generator = np.random.default_rng(3)
    scores = generator.normal(size=(count, 2)).astype(np.float32)
    return scores, generator.integers(0, 2, count)


def _error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return calibration.calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels)


def test_no_text_helps_to_calibrate_its_own_probability() -> None:
    scores, labels = _guesses(60)
    own = calibration.Calibration.of(scores, labels).applied(scores)
    apart = calibration.cross_fitted(scores, labels)
    assert _error(apart, labels) > _error(own, labels) + 0.05
    # Whatever the first text's label is, its own probability stays.
    other = np.concatenate([1 - labels[:1], labels[1:]])
    np.testing.assert_array_equal(calibration.cross_fitted(scores, other)[0], apart[0])
    assert (calibration.cross_fitted(scores, other)[1] != apart[1]).any()


def test_without_texts_to_draw_on_probabilities_stay_as_they_are() -> None:
    scores, _ = _guesses(4)
    plain = calibration.Calibration.of(scores[:0], np.zeros(0, np.intp)).applied(scores)
    assert plain == pytest.approx(softmax(scores), rel=1e-5)
