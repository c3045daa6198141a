import pytest

from classifiers.corpus import CORPUS_DIR, read_corpus
from classifiers.model import Model


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Dziura w jezdni na ulicy Kolejowej, proszę o naprawę", "pl"),
        ("nie swieci lampa na rogu, prosze naprawic", "pl"),
        ("SMIECI NIE ODEBRANE OD TYGODNIA", "pl"),
        ("The street light outside our house is broken", "en"),
        ("pothole near Kolejowa", "en"),
        ("На вулиці не світить ліхтар", "uk"),
        ("Kolejowa 5 - яма на дорозі, прошу відремонтувати", "uk"),
    ],
)
def test_the_language_is_told(model: Model, text: str, language: str) -> None:
    assert model.language.detect(text)[0] == language


@pytest.mark.parametrize("text", ["", "?", "12", "🚧🚧", "a"])
def test_what_has_no_language_is_polish_or_what_the_page_says(model: Model, text: str) -> None:
    assert model.language.detect(text) == ("pl", 0.5)
    assert model.language.detect(text, "uk") == ("uk", 0.5)


def test_an_unknown_hint_changes_nothing(model: Model) -> None:
    assert model.language.detect("road hole", "de") == model.language.detect("road hole")


def test_russian_letters_lower_the_certainty(model: Model) -> None:
    assert model.language.detect("Не працює вуличний ліхтар, полагодьте")[1] > 0.6
    assert model.language.detect("На улице дыра, вызовите рабочих, это опасно")[1] < 0.6


def test_nearly_all_texts_of_the_corpus_are_recognised(model: Model) -> None:
    examples = [example for example in read_corpus(CORPUS_DIR)[::5] if len(example.text.split()) >= 4]
    right = sum(model.language.detect(example.text)[0] == example.language for example in examples)
    assert right / len(examples) >= 0.98
