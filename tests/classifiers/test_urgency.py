import pytest

from classifiers.explain import Evidence
from classifiers.lemmas import tokens_of
from classifiers.model import Model
from classifiers.types import NORMAL, Catalogue, CategorySuggestion, Gazetteer
from classifiers.understand import understand
from classifiers.urgency import _by_words, judge_urgency


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
def test_words_of_the_catalogue_speak_for_urgency(
    catalogue: Catalogue, text: str, topic: str, level: str, words: list[str]
) -> None:
    suggestions = (CategorySuggestion(topic, 0.9, ()),)
    found, tokens = _by_words(tokens_of(text, "pl"), catalogue, suggestions, "pl")
    assert (found, [token.text for token in tokens]) == (level, words)


def test_an_unlikely_category_does_not_bring_its_words(catalogue: Catalogue) -> None:
    suggestions = (CategorySuggestion("bus", 0.9, ()), CategorySuggestion("road.pothole", 0.01, ()))
    assert _by_words(tokens_of("wyrwa", "pl"), catalogue, suggestions, "pl") == (NORMAL, ())


def judged(model: Model, catalogue: Catalogue, text: str, threshold: float) -> str:
    reading = model.read(text, "pl")
    evidence = Evidence(reading.tokens, reading.bag)
    return judge_urgency(evidence, reading.urgencies, threshold, catalogue, (), "pl").level


def test_the_model_alone_raises_the_flag_above_its_line_only(model: Model, catalogue: Catalogue) -> None:
    text = "Kabel wisi nisko nad chodnikiem, dzieci mogą go dotknąć"
    assert judged(model, catalogue, text, 0.0) != NORMAL
    assert judged(model, catalogue, text, 1.01) == NORMAL


@pytest.mark.parametrize(
    ("text", "is_urgent"),
    [
        ("Zerwany przewód pod napięciem leży na chodniku i iskrzy, dzieci obok", True),
        ("Pękła rura, woda zalewa piwnicę i klatkę schodową, proszę natychmiast przyjechać", True),
        ("Kiedy zapłacić podatek od nieruchomości za drugi kwartał?", False),
        ("Dziękuję za nową ławkę w parku, bardzo ładna", False),
    ],
)
def test_what_is_plainly_urgent_is_found_and_what_is_plainly_not_is_left(
    model: Model, catalogue: Catalogue, text: str, is_urgent: bool
) -> None:
    found = understand(text, catalogue=catalogue, gazetteer=Gazetteer((), ()), model=model)
    assert (found.urgency.level != NORMAL) is is_urgent
