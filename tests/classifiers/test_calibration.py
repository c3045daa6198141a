import numpy as np
import pytest

from classifiers import calibration


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
