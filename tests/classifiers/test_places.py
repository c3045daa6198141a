import pytest

from classifiers.lemmas import tokens_of
from classifiers.places import find_place
from classifiers.places.words import BEFORE, BEHIND, BETWEEN, CORNER, NEAR, OPPOSITE
from classifiers.types import Gazetteer, PlaceFinding, StreetEntry


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
    ("text", "street", "parts"),
    [
        ("ul.Dworcowa5 nie swieci lampa", "Dworcowa", ["Dworcowa", "5"]),
        ("ul.Dworcowa5/3, brak wody", "Dworcowa", ["Dworcowa", "5/3", "3"]),
        ("przy Kolejowej12a wyrwa", "Kolejowa", ["Kolejowej", "12a"]),
        ("brak wody, ul.Kolejowa12m3", "Kolejowa", ["Kolejowa", "12", "3"]),
        ("śmieci ul.11Listopada8", "11 Listopada", ["11Listopada", "8"]),
        ("Ул.Kolejowa7 яма", "Kolejowa", ["Kolejowa", "7"]),
    ],
)
def test_a_number_may_be_glued_to_its_street(
    gazetteer: Gazetteer, text: str, street: str, parts: list[str]
) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert found.street_id is not None
    assert (found.street_name, found.house_number) == (street, parts[1])
    assert [text[part.start : part.end] for part in found.parts] == parts


@pytest.mark.parametrize(
    "text", ["Na Kolejowej3 dni nie ma wody", "Kolejowa3dni bez wody", "na Kolejowej leży 20opon"]
)
def test_what_is_counted_behind_a_street_is_no_house_however_it_is_glued(
    gazetteer: Gazetteer, text: str
) -> None:
    found = place(text, gazetteer)
    assert found is None or found.house_number == ""


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


@pytest.mark.parametrize(
    ("text", "number", "flat"),
    [
        ("ul. Kolejowa 12a/5", "12a/5", "5"),
        ("ul. Kolejowa nr 7 m. 3", "7", "3"),
        ("ul. Kolejowa 7 lok. 14b", "7", "14b"),
        ("at 7 Kolejowa St, flat 3", "7", ""),
        ("flat 3, 7 Kolejowa", "7", "3"),
        ("no. 7 Kolejowa", "7", ""),
        ("вул. Колейова, буд. 7, кв. 3", "7", "3"),
        ("blok 4 przy Kolejowej", "4", ""),
        ("Kolejowa 12 A, parter", "12A", ""),
        ("Kolejowa 12-14", "12-14", ""),
        ("Kolejowa 12 a obok sklep", "12", ""),
        ("na Kolejowej 12:30 była stłuczka", "", ""),
        ("na Kolejowej, 62-510 Miasto", "", ""),
        ("na Kolejowej 3 lata temu", "", ""),
    ],
)
def test_house_and_flat_numbers(gazetteer: Gazetteer, text: str, number: str, flat: str) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert (found.street_name, found.house_number, found.flat_number) == ("Kolejowa", number, flat)


@pytest.mark.parametrize(
    "text",
    [
        "róg Kolejowej i Dworcowej",
        "na rogu ulic Kolejowej i Dworcowej",
        "skrzyżowanie Kolejowej z Dworcową",
        "Kolejowa róg Dworcowej",
        "Kolejowa/Dworcowa, światła",
        "skrzyzowanie kolejowej i dworcowej",
        "the corner of Kolejowa and Dworcowa",
        "junction of Kolejowa Street and Dworcowa Street",
        "на розі Колейової і Дворцової",
    ],
)
def test_a_corner_is_two_streets(gazetteer: Gazetteer, text: str) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert (found.street_name, found.second_street_name, found.relation) == ("Kolejowa", "Dworcowa", CORNER)
    assert found.second_street_id is not None


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("naprzeciwko Kolejowej 5", OPPOSITE),
        ("opposite Kolejowa 5", OPPOSITE),
        ("across from Kolejowa 5", OPPOSITE),
        ("навпроти Колейової 5", OPPOSITE),
        ("za ulicą Kolejową 5", BEHIND),
        ("przed Kolejową 5", BEFORE),
        ("w pobliżu ul. Kolejowej 5", NEAR),
        ("między Kolejową a Dworcową", BETWEEN),
        ("na Kolejowej 5", ""),
    ],
)
def test_relations(gazetteer: Gazetteer, text: str, relation: str) -> None:
    found = place(text, gazetteer)
    assert found is not None
    assert (found.street_name, found.relation) == ("Kolejowa", relation)


@pytest.mark.parametrize(
    ("text", "stop", "street"),
    [
        ("na przystanku Dworzec nie ma ławki", "Dworzec", None),
        ("przystanek autobusowy „Szpital Miejski” bez wiaty", "Szpital Miejski", None),
        ("Broken glass at the bus stop Market Hall", "Market Hall", None),
        ("the Market Hall bus stop is dark", "Market Hall", None),
        ("на зупинці Вокзал темно", "Вокзал", None),
        ("przystanek Kolejowa 02", "Kolejowa", "Kolejowa"),
        ("na przystanku przy Kolejowej", "", "Kolejowa"),
        ("please stop this noise", None, None),
    ],
)
def test_bus_stops(gazetteer: Gazetteer, text: str, stop: str | None, street: str | None) -> None:
    found = place(text, gazetteer)
    if stop is None:
        assert found is None
        return
    assert found is not None
    assert (found.stop_name, found.street_name or None, found.house_number) == (stop, street, "")


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("na Koeljowej 5", "Kolejowa"),
        ("na Kolejwej 5", "Kolejowa"),
        ("ul. kollejowa 5", "Kolejowa"),
        ("ul. Bategorego 5", ""),
        ("na Batorgo 5", "Stefana Batorego"),
        ("ul. Dvorcova 5", ""),
        ("ul. Zieolna", "Zielona"),
    ],
)
def test_one_wrong_letter_is_forgiven_and_not_two(gazetteer: Gazetteer, text: str, street: str) -> None:
    found = place(text, gazetteer)
    name = found.street_name if found and found.street_id else ""
    assert name == street


def test_a_misspelling_never_turns_one_street_into_another() -> None:
    streets = ("Wolska", "Polska", "Sosnowa", "Solna", "Zamkowy", "Dąbrowskiej", "Kwiatowa", "Kwiatkowa")
    town = Gazetteer(tuple(StreetEntry(n, "ul.", name, None) for n, name in enumerate(streets)), ())
    for name in streets:
        found = place(f"dziura na ulicy {name} 3", town)
        assert found is not None
        assert found.street_name == name
    for other in ("Kolska", "Sosnówka", "Solny", "Zamkowa", "Dąbrowskiego", "Polna", "Kwiatnowa"):
        found = place(f"dziura na ulicy {other} 3", town)
        assert found is not None
        assert (found.street_id, found.street_name) == (None, other)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("na Hubala 3", '"Hubala" Henryka Nowaka'),
        ("na ul. Nowaka 3", '"Hubala" Henryka Nowaka'),
        ("ul. Jana Pawła 3", "Jana Pawła II"),
        ("ul. Skłodowskiej 3", "Marii Skłodowskiej-Curie"),
        ("ul. Generała Maczka 3", "gen. Stanisława Maczka"),
        ("ul. S. Maczka 3", "gen. Stanisława Maczka"),
        ("ul. Trzeciego Maja 3", "3 Maja"),
        ("ul. III Maja 3", "3 Maja"),
        ("na Starym Rynku", "Stary Rynek"),
        ("Mickiewicz Street 3", "Adama Mickiewicza"),
    ],
)
def test_the_names_that_people_use(text: str, name: str) -> None:
    names = (
        '"Hubala" Henryka Nowaka',
        "Jana Pawła II",
        "Marii Skłodowskiej-Curie",
        "gen. Stanisława Maczka",
        "1 Maja",
        "3 Maja",
        "Stary Rynek",
        "Adama Mickiewicza",
    )
    town = Gazetteer(tuple(StreetEntry(n, "ul.", label, None) for n, label in enumerate(names)), ())
    found = place(text, town)
    assert found is not None
    assert found.street_id == names.index(name)


def test_the_announced_kind_decides_between_streets_of_one_name() -> None:
    town = Gazetteer((StreetEntry(1, "ul.", "Wolności", None), StreetEntry(2, "pl.", "Wolności", None)), ())
    for text, wanted in (("na placu Wolności", 2), ("na ulicy Wolności", 1), ("na Wolności 5", None)):
        found = place(text, town)
        assert found is not None
        assert found.street_id == wanted


@pytest.mark.parametrize(
    "text",
    [
        "od 11 listopada nie ma wody",
        "11 listopada 2025 złożyłem wniosek",
        "nazywam się Stefan Batory",
        "pan Kowalski nie odbiera",
        "w Zielonej Górze jest lepiej",
        "Batory był królem",
    ],
)
def test_dates_people_and_other_towns_are_no_streets(gazetteer: Gazetteer, text: str) -> None:
    assert place(text, gazetteer) is None


def test_every_part_has_its_offsets(gazetteer: Gazetteer) -> None:
    text = "naprzeciwko ul. Kolejowej 12 m. 3, przystanek Dworzec, na Zatorzu"
    found = place(text, gazetteer)
    assert found is not None
    assert {part.kind: text[part.start : part.end] for part in found.parts} == {
        "STREET": "Kolejowej",
        "NUMBER": "12",
        "FLAT": "3",
        "RELATION": "naprzeciwko",
        "STOP": "Dworzec",
        "DISTRICT": "Zatorzu",
    }
    moved = found.moved(lambda start, end: (start + 5, end + 5))
    assert (moved.start, moved.end) == (found.start + 5, found.end + 5)
    assert moved.parts[1].start == found.parts[1].start + 5


def test_confidence_grows_with_what_speaks_for_the_street(gazetteer: Gazetteer) -> None:
    texts = ("przy kolejowej nie świeci", "na Kolejowej nie świeci", "na ulicy Kolejowej 12 nie świeci")
    found = [place(text, gazetteer) for text in texts]
    sure = [each.confidence for each in found if each]
    assert len(sure) == 3
    assert 0.5 < sure[0] < sure[1] < sure[2] <= 1


@pytest.mark.parametrize(
    "text", ["ul.", "ul. ", "/", "12", "na", "💥" * 50, "ul. " * 500, "Kolejowa " * 500, "a" * 20_000]
)
def test_odd_texts_get_an_answer(gazetteer: Gazetteer, text: str) -> None:
    place(text, gazetteer)
