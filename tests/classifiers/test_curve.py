"""Teaching with texts from outside: a quarter never teaches, and a label becomes the likeliest of its categories."""

import pytest

from classifiers.curve import decide, split
from classifiers.evaluation import Labelled
from classifiers.model import Model

MAPPING = {"light": "lights", "heat": "indoors", "play": "outdoors", "road.pothole": "outdoors"}


def texts(count: int, label: str = "lights") -> list[Labelled]:
    return [Labelled(str(number), f"text {number}", "pl", label) for number in range(count)]


def test_a_quarter_judges_and_never_teaches() -> None:
    teachers, judges = split(texts(41), frozenset({"lights"}))
    assert (len(teachers), len(judges)) == (31, 10)
    assert {text.id for text in teachers}.isdisjoint(text.id for text in judges)


def test_the_split_is_always_the_same_and_no_matter_of_order() -> None:
    assert split(texts(40), frozenset({"lights"})) == split(texts(40)[::-1], frozenset({"lights"}))
    assert [text.id for text in split(texts(40), frozenset({"lights"}))[0]] != sorted(map(str, range(10, 40)))


def test_labels_that_no_category_has_are_left_out() -> None:
    teachers, judges = split([*texts(8), *texts(8, "elsewhere")], frozenset({"lights"}))
    assert {text.label for text in (*teachers, *judges)} == {"lights"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("Huśtawka na placu zabaw jest zepsuta", "play"), ("Dziura w jezdni, uszkodzona opona", "road.pothole")],
)
def test_the_likeliest_category_of_the_label_is_decided(model: Model, text: str, code: str) -> None:
    decided = decide(Labelled("1", text, "en", "outdoors"), model, MAPPING)
    assert decided is not None
    assert (decided.text, decided.language, decided.label) == (text, "pl", code)


def test_the_label_decides_even_where_the_model_says_otherwise(model: Model) -> None:
    decided = decide(Labelled("1", "Zimne kaloryfery w bloku", "pl", "lights"), model, MAPPING)
    assert decided is not None
    assert decided.label == "light"
    assert decide(Labelled("1", "Zimne kaloryfery", "pl", "taxes"), model, MAPPING) is None
