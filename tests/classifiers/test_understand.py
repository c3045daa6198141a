import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from classifiers.model import Model
from classifiers.types import Catalogue, Gazetteer, Understanding
from classifiers.understand import understand

WORDLESS = [
    "",
    " \n",
    "😀🚧",
    "\x00",
    "!!!",
    "\u202e\u200b",
    "a",
    "a b",
    "1234567890 555",
    "A1 ²³½",
    "\u0301",
]


class Reader:
    """Reads with the real model, the small catalogue and the small gazetteer."""

    def __init__(self, model: Model, catalogue: Catalogue, gazetteer: Gazetteer) -> None:
        self.model, self.catalogue, self.gazetteer = model, catalogue, gazetteer

    def __call__(self, text: str, hint: str | None = None) -> Understanding:
        return understand(
            text, catalogue=self.catalogue, gazetteer=self.gazetteer, model=self.model, language_hint=hint
        )


@pytest.fixture(scope="module")
def read(model: Model, catalogue: Catalogue, gazetteer: Gazetteer) -> Reader:
    return Reader(model, catalogue, gazetteer)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wielka dziura w jezdni, samochody omijają wyrwę w asfalcie", "road.pothole"),
        ("nie swieci latarnia, na ulicy ciemno", "light"),
        ("Kaloryfery zimne, brak ogrzewania w bloku", "heat"),
        ("Autobus nie przyjechał, kierowca pominął przystanek", "bus"),
        ("The swing on the playground is broken", "play"),
        ("не світить ліхтар біля будинку", "light"),
    ],
)
def test_the_first_suggestion_fits(read: Reader, text: str, code: str) -> None:
    found = read(text)
    assert found.categories[0].code == code
    assert len(found.categories) == 3
    assert found.categories[0].probability >= found.categories[1].probability


@pytest.mark.parametrize("number", ["KON-2026-000120-1", "[kon-2026-000120-1]"])
def test_a_case_number_says_nothing_of_the_matter(read: Reader, number: str) -> None:
    with_number, without = (read(f"{words} nie świeci latarnia") for words in (number, ""))
    assert [(c.code, c.probability) for c in with_number.categories] == [
        (c.code, c.probability) for c in without.categories
    ]
    assert not read(number).categories


@pytest.mark.parametrize(
    "text",
    [
        "Składam skargę na dyrektora wydziału za bezczynność",
        "skarze sie na urzednika, byl niegrzeczny i nie odpowiada na pisma",
        "My, niżej podpisani mieszkańcy, składamy petycję w sprawie autobusu",
        "I want to lodge a formal complaint about the clerk",
        "Скаржуся на чиновника, який не відповідає на листи",
        "Dziura w jezdni uszkodziła mi felgę, żądam odszkodowania",
    ],
)
def test_what_may_be_legal_is_marked(read: Reader, text: str) -> None:
    assert read(text).kind.may_be_legal


def test_a_plain_report_is_not_legal(read: Reader) -> None:
    found = read("Latarnia nie świeci, ciemno na chodniku")
    assert not found.kind.may_be_legal
    assert found.kind.kind == "REPORT"


def test_words_stand_where_they_are_said_to_stand(read: Reader) -> None:
    text = "Dzień dobry,\u200b na ul.\x00Kolejowej 5 latarnia is\u0301krzy i nie s\u0301wieci"
    found = read(text)
    words = [word for category in found.categories for word in category.words] + list(found.kind.words)
    assert words
    assert all(text[word.start : word.end] == word.text for word in words)
    assert found.place is not None
    assert text[found.place.start : found.place.end] == "Kolejowej"


def test_shares_are_those_of_the_linear_model(read: Reader) -> None:
    text = "latarnia nie świeci i jest ciemno"
    reading = read.model.read(text, "pl")
    best = reading.categories.best(1)[0]
    pull = reading.categories.pull(best).tolist()
    by_word = [
        sum(
            part / len(unit.tokens)
            for unit, part in zip(reading.bag.units, pull, strict=True)
            if at in unit.tokens
        )
        for at in range(len(reading.tokens))
    ]
    speaking_for = sum(part for part in by_word if part > 0)
    words = read(text).categories[0].words
    assert words[0].text == reading.tokens[by_word.index(max(by_word))].text
    assert words[0].share == pytest.approx(max(by_word) / speaking_for, abs=1e-3)
    assert [word.share for word in words] == sorted((word.share for word in words), reverse=True)


def test_without_its_strongest_word_a_text_is_less_sure(read: Reader) -> None:
    text = "latarnia przy bloku nie działa"
    first = read(text).categories[0]
    strongest = first.words[0]
    rest = {c.code: c.probability for c in read(text[: strongest.start] + text[strongest.end :]).categories}
    assert rest.get(first.code, 0.0) < first.probability


def test_a_category_out_of_use_is_not_suggested(read: Reader) -> None:
    smaller = Catalogue(tuple(entry for entry in read.catalogue.categories if entry.code != "light"))
    found = understand("latarnia nie świeci", catalogue=smaller, gazetteer=read.gazetteer, model=read.model)
    assert "light" not in {category.code for category in found.categories}


def test_what_it_says_can_be_stored(read: Reader) -> None:
    found = read("Dziura na Kolejowej 5")
    stored = json.loads(json.dumps(found.to_dict()))
    assert stored["categories"][0]["code"] == found.categories[0].code
    assert stored["place"]["house_number"] == "5"
    assert stored["model_version"] == read.model.version


@pytest.mark.parametrize("text", WORDLESS)
def test_a_text_without_words_goes_to_a_person(read: Reader, text: str) -> None:
    found = read(text)
    assert found.categories == ()
    assert found.reasons == ()
    assert found.kind.may_be_legal
    assert not found.is_routable


@pytest.mark.parametrize("text", ["kosz", "5 ям", "9 555 lampa"])
def test_one_word_is_enough_for_suggestions(read: Reader, text: str) -> None:
    assert read(text).categories


def test_words_under_marks_say_the_same_and_are_never_empty(read: Reader) -> None:
    plain = "Na Kolejowej latarnia nie świeci i jest ciemno"
    text = "".join(letter + "\u0336\u0351\u034a" * letter.isalpha() for letter in plain)
    found, expected = read(text), read(plain)
    assert [(c.code, c.probability) for c in found.categories] == [
        (c.code, c.probability) for c in expected.categories
    ]
    words = [word for category in found.categories for word in category.words]
    assert words
    assert all(word.text and text[word.start : word.end] == word.text for word in words)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "dziura " * 20_000,
        "x" * 100_000,
        "\ud800\udfff dziura",
        "<b>dziura</b><script>alert(1)</script>",
        "\u202eanruizd\u202c w jezdni",
        "Z\u0351\u034a\u0310a\u0323\u0349l\u0301g\u0310o\u0321 " * 50,
        "道路に穴があります مرحبا שלום",
        "/" * 500 + " a/b c#d #1 112",
        "ul. 5 12/14 nr",
        "²³½ ١٢٣ Ⅷ",
        "\r\n\t\x0b\x0c\x85\u2028",
    ],
)
def test_no_text_raises(read: Reader, text: str) -> None:
    assert read(text).language in {"pl", "en", "uk"}


def test_random_characters_never_raise(read: Reader) -> None:
    generator = random.Random(5)
    for _ in range(300):
        text = "".join(
            chr(generator.choice((generator.randrange(0x250), generator.randrange(0x11_0000))))
            for _ in range(40)
        )
        assert read(text).model_version


def test_several_threads_may_read_at_once(read: Reader) -> None:
    texts = ["latarnia nie świeci", "pothole in the road", "не світить ліхтар", "zimne kaloryfery"] * 25
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(read, texts))
    assert together == [read(text) for text in texts]


def test_the_category_alone_is_the_same_as_with_all_questions(model: Model) -> None:
    for text in ("Wielka dziura w jezdni", "The swing on the playground is broken", "!!!", ""):
        for language in ("pl", "en", "uk"):
            alone, whole = model.categories(text, language), model.read(text, language).categories
            assert alone.labels == whole.labels
            assert alone.probabilities.tolist() == whole.probabilities.tolist()
