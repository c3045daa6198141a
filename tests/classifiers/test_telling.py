"""What is told back to residents: their words for the thing, never who or where."""

import pytest

from classifiers.concepts import load_concepts
from classifiers.model import Model
from classifiers.pipeline import word_pipeline
from classifiers.places import find_place
from classifiers.telling import tellable
from classifiers.types import Catalogue, Gazetteer
from classifiers.understand import understand


def told(text: str, gazetteer: Gazetteer, language: str = "pl") -> list[str]:
    tokens = word_pipeline(language, {}, load_concepts()[language])(text)._.words
    allowed = tellable(text, tokens, find_place(text, tokens, gazetteer))
    return [tokens[position].text for position in sorted(allowed)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dziura w jezdni", ["Dziura", "jezdni"]),
        ("DZIURA przy Kolejowej 5", ["DZIURA"]),
        ("dziura przy ul. śmietnikowej", ["dziura"]),
        ("Nazywam się jan dziura, mam awarię", ["awarię"]),
        ("Pani Latarnia zgłasza, że dziura jest duża", ["dziura"]),
        ("dziura, piszcie na latarnia@dziura.pl albo www.dziura.pl", ["dziura"]),
        ("dziura2 i latarnia", ["latarnia"]),
        ("U nas mieszka Jan Dziura. Dziura jest tu", ["Dziura"]),
        ("Nie świeci latarnia\nPozdrawiam\nlatarnia dziura", ["świeci", "latarnia"]),
    ],
)
def test_only_words_for_things_are_told(text: str, words: list[str], gazetteer: Gazetteer) -> None:
    assert [
        word for word in told(text, gazetteer) if word in {*words, "Dziura", "dziura", "Latarnia"}
    ] == words


def test_names_numbers_and_streets_are_no_words_of_the_lexicon(gazetteer: Gazetteer) -> None:
    text = "jan kowalski, tel. 600 100 200, pesel 44051401359, kolejowa 5, KN 12345, jan@example.org"
    assert told(text, gazetteer) == ["tel", "pesel"]


def test_an_endless_word_takes_no_time(gazetteer: Gazetteer) -> None:
    assert told("a" * 20_000, gazetteer) == []


def test_reasons_are_words_as_written_where_they_stand(
    model: Model, catalogue: Catalogue, gazetteer: Gazetteer
) -> None:
    text = "Na ul. Kolejowej 5 jest DZIU\u200bRA w jezdni, Jan Kowalski, 600100200"
    found = understand(text, catalogue=catalogue, gazetteer=gazetteer, model=model)
    assert {"DZIURA", "jezdni"} <= {word.text for word in found.reasons}
    assert len(found.reasons) <= 3
    assert all(text[word.start : word.end].replace("\u200b", "") == word.text for word in found.reasons)
    assert not {"Kolejowej", "5", "Jan", "Kowalski"} & {word.text for word in found.reasons}


def test_a_text_without_words_has_no_reasons(
    model: Model, catalogue: Catalogue, gazetteer: Gazetteer
) -> None:
    assert understand("!!", catalogue=catalogue, gazetteer=gazetteer, model=model).reasons == ()
