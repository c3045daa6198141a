import unicodedata

import pytest

from classifiers.normalise import find_words, fold, prepare


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Żółć", "zolc"),
        ("ŁĄKA", "laka"),
        ("Straße", "strasse"),
        ("їжак", "іжак"),
        ("Ґанок", "ганок"),
        ("abc", "abc"),
    ],
)
def test_folding_drops_case_and_diacritics(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_plain_text_keeps_its_offsets() -> None:
    prepared = prepare("Dziura, jezdnia", 100)
    assert prepared.original_span(8, 15) == (8, 15)


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "Świeci się źle: żółta łódź"),
        "Świeci\u200b się \u202eźle\u202c: żółta łódź",
        "Świeci się źle:\x00żółta łódź",
    ],
)
def test_words_are_found_again_in_the_text_as_it_was_written(text: str) -> None:
    prepared = prepare(text, 1000)
    words = [word for word, _, _ in find_words(prepared.text)]
    assert words == ["Świeci", "się", "źle", "żółta", "łódź"]
    for word, start, end in find_words(prepared.text):
        begin, finish = prepared.original_span(start, end)
        assert unicodedata.normalize("NFC", text[begin:finish]).strip("\u200b\u202e\u202c") == word


def test_nothing_is_read_beyond_the_limit() -> None:
    assert prepare("a" * 50, 10).text == "a" * 10


def test_lone_surrogates_become_blanks() -> None:
    assert prepare("a\ud800b", 10).text == "a b"


def test_apostrophes_stay_inside_ukrainian_words() -> None:
    assert [word for word, _, _ in find_words("об'єкт п’ять 'так'")] == ["об'єкт", "п’ять", "так"]
