import random
import sys
import time
import unicodedata
from typing import Literal

import pytest

from classifiers.normalise import find_words, fold, make_even, prepare


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


SENTENCE = "Na rogu Kolejowej źle świeci żółta latarnia"


def decorated(text: str, marks: int) -> str:
    """Each letter with so many marks from the block of all combining ones."""
    generator = random.Random(marks)
    return "".join(
        character + "".join(chr(generator.randrange(0x300, 0x370)) for _ in range(marks * (character != " ")))
        for character in text
    )


@pytest.mark.parametrize("marks", [3, 8, 40])
def test_marks_heaped_on_letters_leave_the_words_as_they_are(marks: int) -> None:
    text = decorated(SENTENCE, marks)
    prepared = prepare(text, 20_000)
    assert prepared.text == SENTENCE
    spans = [prepared.original_span(start, end) for _, start, end in find_words(prepared.text)]
    assert [text[start:end].rstrip() for start, end in spans] == text.split(" ")


@pytest.mark.parametrize("mark", ["\u0323", "\u0336", "\u20dd", "\u034f", "\u0489"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_one_mark_on_each_letter_breaks_no_word(mark: str, form: Literal["NFC", "NFD"]) -> None:
    text = "".join(letter + mark * letter.isalpha() for letter in SENTENCE)
    words = [word for word, _, _ in find_words(prepare(unicodedata.normalize(form, text), 1000).text)]
    assert [fold(word) for word in words] == [fold(word) for word in SENTENCE.split()]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_ukrainian_stress_is_no_end_of_a_word(form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, "я\u0301ма на доро\u0301зі ї\u0301ї")
    prepared = prepare(text, 100)
    assert prepared.text == "яма на дорозі її"
    spans = [prepared.original_span(start, end) for _, start, end in find_words(prepared.text)]
    assert [text[start:end] for start, end in spans] == text.split(" ")


def test_no_mark_is_left_over() -> None:
    marks = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in {"Mn", "Me"}]
    assert len(marks) > 1000
    assert [mark for mark in marks if make_even(f"ł{mark}ł").text != "łł"] == []
    assert make_even("".join(marks)).text == ""


def test_nothing_is_read_beyond_the_limit() -> None:
    assert prepare("a" * 50, 10).text == "a" * 10


def test_lone_surrogates_become_blanks() -> None:
    assert prepare("a\ud800b", 10).text == "a b"


def test_apostrophes_stay_inside_ukrainian_words() -> None:
    assert [word for word, _, _ in find_words("об'єкт п’ять 'так'")] == ["об'єкт", "п’ять", "так"]


def words_of(text: str) -> list[str]:
    return [word for word, _, _ in find_words(prepare(text, 10_000).text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>Dziura</p><p>w&nbsp;jezdni</p>", ["Dziura", "w", "jezdni"]),
        ("<b>&#346;wieci</b> &oacute;sma<script>alert(1)</script> lampa", ["Świeci", "ósma", "lampa"]),
        ("temperatura < 5 i > 3, R&D <3", ["temperatura", "5", "i", "3", "R", "D", "3"]),
        ("dziura <script> nigdy nie zamknięta", ["dziura", "nigdy", "nie", "zamknięta"]),
        ("<b></b>", ["b", "b"]),
        (
            "Dalej ciemno\n\nW dniu 12.11.2026 o 10:15 Urząd napisał(a):\n> lampa\n> działa",
            ["Dalej", "ciemno"],
        ),
        (
            "Still dark\n\nOn Mon, 2 Nov 2026 at 10:15 City <c@c.example>\nwrote:\n> it\n> works",
            ["Still", "dark"],
        ),
        ("Темно\n\nпн, 2 лист. 2026 р. о 10:15 Місто <c@c.example> пише:\n> світло", ["Темно"]),
        ("Ciemno\n\nOd: Urząd\nWysłano: 2.11.2026\nDo: Jan\nTemat: lampa\n\nLampa działa", ["Ciemno"]),
        ("> Czy działa?\nNie działa\n> Na pewno?\nNa pewno", ["Nie", "działa", "Na", "pewno"]),
        ("> tylko\n> cytat", ["tylko", "cytat"]),
        ("Nie świeci\nZ poważaniem\nJan Nowak\nul. Polna 5\ntel. 601 234 567", ["Nie", "świeci"]),
        ("Nie świeci\n-- \nJan Nowak", ["Nie", "świeci"]),
        ("Nie świeci\nWysłano z iPhone'a", ["Nie", "świeci"]),
        ("Pozdrawiam\nJan Nowak", ["Pozdrawiam", "Jan", "Nowak"]),
        (
            "Lampa\nPozdrawiam\nproszę jeszcze o kosz",
            ["Lampa", "Pozdrawiam", "proszę", "jeszcze", "o", "kosz"],
        ),
        ("W dniu 12.11.2026 sąsiad napisał:\nnie będę sprzątać", None),
        ("KON-2026-000120-1 czekam na odpowiedź", ["czekam", "na", "odpowiedź"]),
        ("Re: [KON-2026-000120-1] lampa", ["Re", "lampa"]),
        ("w sprawie kon-2026-000120-1, waw-2025-1234567", ["w", "sprawie"]),
        ("KON-2026-000120-1\n> lampa\n> działa", ["lampa", "działa"]),
        ("Koń-2026, blok A-12, PN-EN 1176, tel. 63-240-0000", None),
    ],
)
def test_only_what_the_person_wrote_is_read(text: str, words: list[str] | None) -> None:
    assert words_of(text) == (words or [word for word, _, _ in find_words(text)])


def test_a_text_that_is_a_case_number_only_has_no_words() -> None:
    assert words_of("[KON-2026-000120-1]") == []


def test_what_is_left_out_is_marked_and_the_rest_keeps_its_offsets() -> None:
    text = "<p>KON-2026-000120-1: Nie s\u0301wieci</p>\n> lampa\n> dzia\u0142a\nlatarnia\n-- \nJan Nowak"
    prepared = prepare(text, 1000)
    assert [(span.kind, text[span.start : span.end]) for span in prepared.left_out] == [
        ("QUOTE", "> lampa\n> dzia\u0142a"),
        ("SIGNATURE", "-- \nJan Nowak"),
    ]
    spans = [prepared.original_span(start, end) for _, start, end in find_words(prepared.text)]
    assert [text[start:end] for start, end in spans] == ["Nie", "s\u0301wieci", "latarnia"]


def test_a_plain_text_is_prepared_at_once() -> None:
    text = "Na rogu Kolejowej nie świeci latarnia i jest ciemno, proszę o naprawę. " * 5
    started = time.process_time()
    for _ in range(2000):
        prepare(text, 20_000)
    assert (time.process_time() - started) / 2000 < 0.000_05


@pytest.mark.parametrize(
    "unit",
    [
        ">\n",
        "<!--",
        "<script>",
        "<p ",
        "&#x",
        "-- \n",
        "ab-2026-0001",
        "od:\n",
        "On 2026 at 1:00 wrote:\n",
        "\u0301",
    ],
)
def test_preparing_takes_time_with_the_length_only(unit: str) -> None:
    def seconds(length: int) -> float:
        started = time.process_time()
        prepare(unit * (length // len(unit)), length)
        return time.process_time() - started

    def best(length: int) -> float:
        # A full collection of garbage in the middle of a long run of tests takes longer than the text.
        return min(seconds(length) for _ in range(3))

    assert best(80_000) < 12 * best(20_000) + 0.3
