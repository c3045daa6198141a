import pytest

from classifiers.lemmas import tokens_of
from classifiers.phrases import find_phrases


def found(phrase: str, text: str, language: str = "pl") -> list[str]:
    return [token.text for token in find_phrases([phrase], tokens_of(text, language), language)]


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("wystające przewody", "Z latarni wystają jakieś przewody", ["wystają", "przewody"]),
        ("wystający przewód", "Widać wystające z latarni przewody", ["wystające", "przewody"]),
        ("brak pokrywy", "brak tu pokrywy na studni", ["brak", "pokrywy"]),
        ("brak pokrywy", "pokrywy brak", []),
        ("brak pokrywy", "brak w tym miejscu całej pokrywy", []),
        ("nie działa", "Sygnalizacja nie działa", ["nie", "działa"]),
        ("iskrzy", "lampa ISKRZY", ["ISKRZY"]),
    ],
)
def test_phrases_are_found_in_other_forms_and_with_words_between(
    phrase: str, text: str, words: list[str]
) -> None:
    assert found(phrase, text) == words


@pytest.mark.parametrize("text", ["lampa nie iskrzy", "bez iskrzenia, nic nie iskrzy"])
def test_what_is_denied_is_not_found(text: str) -> None:
    assert found("iskrzy", text) == []


def test_a_later_place_counts_when_the_first_is_denied() -> None:
    assert found("iskrzy", "Wczoraj nie iskrzyła, ale od rana mocno iskrzy") == ["iskrzy"]


def test_an_empty_phrase_is_never_found() -> None:
    assert found("...", "cokolwiek") == []
