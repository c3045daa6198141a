import numpy as np

from classifiers.linear import Design, Fitting, Incidence, Labelled, fit, softmax


def small_design() -> Design:
    texts = Incidence.of([[(0, 1.0)], [(1, 1.0)], [(0, 0.8), (2, 0.6)], [(1, 0.8), (2, 0.6)]], 3)
    words = Incidence.of([[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]], 3)
    return Design(texts, words)


def labelled() -> Labelled:
    return Labelled(np.array([0, 1, 0, 1]), 2, np.ones(4, np.float32))


def test_the_product_is_that_of_the_dense_matrix() -> None:
    matrix = np.array([[0, 2, 0], [1, 0, 3]], np.float32)
    sparse = Incidence.of([[(1, 2.0)], [(0, 1.0), (2, 3.0)]], 3)
    dense = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.testing.assert_allclose(sparse.dot(dense), matrix @ dense)
    np.testing.assert_allclose(sparse.transposed.dot(np.ones((2, 1), np.float32)), matrix.T @ np.ones((2, 1)))


def test_rows_are_taken_in_the_order_asked() -> None:
    sparse = Incidence.of([[(0, 1.0)], [(1, 2.0)], [(0, 3.0)]], 2)
    eye = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(sparse.take(np.array([2, 1])).dot(eye), [[3, 0], [0, 2]])


def test_it_learns_what_separates() -> None:
    weights, biases = fit(small_design(), labelled(), Fitting(steps=60))
    assert (small_design().scores(weights) + biases).argmax(axis=1).tolist() == [0, 1, 0, 1]
    assert abs(weights[2]).max() < abs(weights[0]).max() / 10


def test_the_same_input_gives_the_same_bits() -> None:
    first, second = (fit(small_design(), labelled(), Fitting()) for _ in range(2))
    assert first[0].tobytes() == second[0].tobytes()


def test_unimportant_texts_do_not_count() -> None:
    contrary = Labelled(np.array([0, 1, 1, 0]), 2, np.array([1, 1, 0, 0], np.float32))
    weights, biases = fit(small_design(), contrary, Fitting(steps=60))
    assert (small_design().scores(weights) + biases).argmax(axis=1)[:2].tolist() == [0, 1]


def test_probabilities_sum_to_one_for_any_scores() -> None:
    rows = softmax(np.array([[1000.0, -1000.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
