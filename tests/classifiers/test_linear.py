import numpy as np

from classifiers.linear import Design, Fitting, Head, fit, softmax, sparse


def small_design() -> Design:
    texts = sparse([[(0, 1.0)], [(1, 1.0)], [(0, 0.8), (2, 0.6)], [(1, 0.8), (2, 0.6)]], 3)
    words = sparse([[(0, 1.0)], [(1, 1.0)], [(2, 1.0)]], 3)
    return Design(texts, words)


def labelled() -> Head:
    return Head(np.array([0, 1, 0, 1]), 2, np.ones(4, np.float32))


def answers(head: Head):
    [found] = fit(small_design(), [head], Fitting())
    return found.scores(small_design().features_of_texts).argmax(axis=1).tolist()


def test_the_matrix_is_that_of_the_lists() -> None:
    matrix = np.array([[0, 2, 0], [1, 0, 3]], np.float32)
    np.testing.assert_allclose(sparse([[(1, 2.0)], [(0, 1.0), (2, 3.0)]], 3).toarray(), matrix)


def test_texts_are_taken_in_the_order_asked() -> None:
    taken = small_design().take(np.array([2, 1])).features_of_texts.toarray()
    np.testing.assert_allclose(taken, np.array([[0.8, 0, 0.6], [0, 1, 0]]))


def test_it_learns_what_separates() -> None:
    [found] = fit(small_design(), [labelled()], Fitting())
    assert answers(labelled()) == [0, 1, 0, 1]
    assert abs(found.weights[2]).max() < abs(found.weights[0]).max() / 10


def test_heads_are_learnt_together_as_each_alone() -> None:
    other = Head(np.array([0, 0, 1, 1]), 2, np.ones(4, np.float32))
    together = fit(small_design(), [labelled(), other], Fitting())
    assert together[0].scores(small_design().features_of_texts).argmax(axis=1).tolist() == [0, 1, 0, 1]
    assert together[1].scores(small_design().features_of_texts).argmax(axis=1).tolist() == [0, 0, 1, 1]


def test_the_same_input_gives_the_same_bits() -> None:
    first, second = (fit(small_design(), [labelled()], Fitting())[0] for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()


def test_unimportant_texts_do_not_count() -> None:
    contrary = Head(np.array([0, 1, 1, 0]), 2, np.array([1, 1, 0, 0], np.float32))
    assert answers(contrary)[:2] == [0, 1]


def test_a_question_that_no_text_answers_is_fitted_all_the_same() -> None:
    silent = Head(np.zeros(4, np.intp), 3, np.zeros(4, np.float32))
    [found] = fit(small_design(), [silent], Fitting())
    assert np.isfinite(found.weights).all()


def test_probabilities_sum_to_one_for_any_scores() -> None:
    rows = softmax(np.array([[1000.0, -1000.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)


def test_the_descent_goes_on_from_where_it_is_told() -> None:
    other_way = Head(np.array([1, 0, 1, 0]), 2, np.ones(4, np.float32))
    [learnt] = fit(small_design(), [labelled()], Fitting())
    [kept] = fit(small_design(), [other_way], Fitting(steps=0), [learnt])
    np.testing.assert_array_equal(kept.weights, learnt.weights)
    [bent] = fit(small_design(), [other_way], Fitting(steps=1, stride=0.5), [learnt])
    [turned] = fit(small_design(), [other_way], Fitting(), [learnt])
    leads = [float(found.weights[0, 0] - found.weights[0, 1]) for found in (learnt, bent, turned)]
    assert leads[0] > leads[1] > leads[2]
    assert leads[2] < 0 < leads[1]
