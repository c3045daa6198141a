import pytest

from classifiers.lemmas import tokens_of
from classifiers.places import find_place
from classifiers.types import Gazetteer, PlaceFinding


def place(text: str, gazetteer: Gazetteer, language: str = "pl") -> PlaceFinding | None:
    return find_place(text, tokens_of(text, language), gazetteer)


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Dziura na ulicy Kolejowej 12, proszę naprawić", "Kolejowa", "12"),
        ("Na Kolejowej nie świeci lampa", "Kolejowa", ""),
        ("lampa przy kolejowej 12a nie swieci", "Kolejowa", "12a"),
        ("ul.Dworcowa 3/5 brak wody", "Dworcowa", "3/5"),
        ("UL. DWORCOWA 7 - ŚMIECI", "Dworcowa", "7"),
        ("przy ulicy 11 Listopada nr 8", "11 Listopada", "8"),
        ("na 11 listopada stoi wrak", "11 Listopada", ""),
        ("Na Wojska Polskiego znowu korki", "Wojska Polskiego", ""),
        ("Hałas na Batorego 5", "Stefana Batorego", "5"),
        ("plac Wolności, fontanna nie działa", "Wolności", ""),
        ("na placu Wolności brudno", "Wolności", ""),
        ("Na alei 1 Maja dziura", "1 Maja", ""),
        ("Na ulicy Kolejowej od 3 dni nie ma wody", "Kolejowa", ""),
        ("Na Kolejowej 3 dni nie ma wody", "Kolejowa", ""),
    ],
)
def test_streets_are_found_in_any_form(gazetteer: Gazetteer, text: str, street: str, number: str) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert (found.street_name, found.house_number) == (street, number)
    assert found.street_id is not None


@pytest.mark.parametrize(
    ("text", "language", "street"),
    [
        ("Pothole on Kolejowa street", "en", "Kolejowa"),
        ("broken lamp at 12 Dworcowa", "en", "Dworcowa"),
        ("яма на вулиці Колейовій", "uk", "Kolejowa"),
        ("біля Колейової 5 сміття", "uk", "Kolejowa"),
        ("вул. Дворцова 5, не світить ліхтар", "uk", "Dworcowa"),
    ],
)
def test_streets_are_found_in_other_languages(
    gazetteer: Gazetteer, text: str, language: str, street: str
) -> None:
    found = place(text, gazetteer, language)
    assert found is not None
    assert found.street_name == street


@pytest.mark.parametrize(
    "text",
    [
        "trawa jest zielona i wysoka",
        "Na zielonej trawie leżą śmieci",
        "Zielona fala na światłach",
        "nie ma wolności",
        "",
    ],
)
def test_common_words_are_no_streets(gazetteer: Gazetteer, text: str) -> None:
    assert place(text, gazetteer) is None


def test_offsets_point_at_the_name(gazetteer: Gazetteer) -> None:
    text = "Dziura na ul. Wojska Polskiego 4"
    found = place(text, gazetteer)
    assert found is not None
    assert text[found.start : found.end] == "Wojska Polskiego"


def test_the_district_of_the_street_is_known(gazetteer: Gazetteer) -> None:
    found = place("na ulicy Dworcowej", gazetteer)
    assert found is not None
    assert found.district == "centre"


@pytest.mark.parametrize(
    ("text", "code"), [("Na Zatorzu śmierdzi", "zatorze"), ("całe V Osiedle bez prądu", "v_osiedle")]
)
def test_districts_are_found(gazetteer: Gazetteer, text: str, code: str) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert (found.district, found.street_id) == (code, None)


def test_an_ambiguous_name_is_left_to_a_person(gazetteer: Gazetteer) -> None:
    found = place("na ulicy Kowalskiego 3", gazetteer)
    assert found is not None
    assert (found.street_id, found.street_name, found.house_number) == (None, "Kowalskiego", "3")


def test_the_first_name_settles_it(gazetteer: Gazetteer) -> None:
    found = place("na ulicy Piotra Kowalskiego 3", gazetteer)
    assert found is not None
    assert found.street_name == "Piotra Kowalskiego"


def test_an_unknown_street_is_reported_as_written(gazetteer: Gazetteer) -> None:
    found = place("Dziura na ul. Nieznanej 9", gazetteer)
    assert found is not None
    assert (found.street_id, found.street_name, found.house_number) == (None, "Nieznanej", "9")
