import math

from classifiers.features import features_of, units, word_key
from classifiers.lemmas import tokens_of


def test_words_and_pairs_occur_once_at_their_first_place() -> None:
    tokens = tokens_of("lampa miga lampa miga", "pl")
    found = units(tokens)
    assert [unit.tokens for unit in found if len(unit.tokens) == 1] == [(0,), (1,)]
    assert (0, 1) in {unit.tokens for unit in found}
    assert {unit.tokens: unit.times for unit in found} == {(0,): 2, (1,): 2, (0, 1): 2, (1, 2): 1}


def test_values_of_a_unit_have_length_one() -> None:
    for key in ("dziura/dziura", "dziura/dziura@pothole+hole", "@street_light", "dziura w", "#112", "ab/ab"):
        assert math.isclose(sum(value * value for _, value in features_of(key)), 1.0, rel_tol=1e-6)


def test_only_three_digit_numbers_are_told_apart() -> None:
    first, second, third = (word_key(token) for token in tokens_of("112 986 12", "pl"))
    assert first != second
    assert third == "#"


def test_related_words_share_features() -> None:
    one, other = (
        {feature for feature, _ in features_of(key)} for key in ("chodnik/chodnik", "chodnikow/chodnikow")
    )
    assert len(one & other) > len(one) / 2


def test_words_of_one_concept_share_a_feature() -> None:
    one, other, alone = (
        {feature for feature, _ in features_of(key)}
        for key in ("wyrwa/wyrwa@pothole", "crater/crater@pothole", "@pothole")
    )
    assert one & other == alone
