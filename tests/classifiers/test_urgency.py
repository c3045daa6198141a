import pytest

from classifiers.lemmas import tokens_of
from classifiers.types import Catalogue, CategorySuggestion
from classifiers.urgency import judge_urgency


@pytest.mark.parametrize(
    ("text", "topic", "level", "words"),
    [
        ("Latarnia przewrócona, iskrzy", "light", "DANGER", ["iskrzy"]),
        ("Coś iskrzy obok drogi", "road.pothole", "DANGER", ["iskrzy"]),
        ("Latarnia nie iskrzy, tylko nie świeci", "light", "NORMAL", []),
        ("W bloku nie ma od rana ogrzewania", "heat", "URGENT", ["nie", "ma", "ogrzewania"]),
        ("Wyrwa w drodze", "road.pothole", "URGENT", ["Wyrwa"]),
        ("Wyrwa w drodze", "bus", "NORMAL", []),
        ("", "bus", "NORMAL", []),
    ],
)
def test_words_of_the_catalogue_decide(
    catalogue: Catalogue, text: str, topic: str, level: str, words: list[str]
) -> None:
    suggestions = (CategorySuggestion(topic, 0.9, ()),)
    finding = judge_urgency(tokens_of(text, "pl"), catalogue, suggestions, "pl")
    assert finding.level == level
    assert [word.text for word in finding.words] == words


def test_an_unlikely_category_does_not_bring_its_words(catalogue: Catalogue) -> None:
    suggestions = (CategorySuggestion("bus", 0.9, ()), CategorySuggestion("road.pothole", 0.01, ()))
    assert judge_urgency(tokens_of("wyrwa", "pl"), catalogue, suggestions, "pl").level == "NORMAL"
