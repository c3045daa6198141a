"""Personal data is found in sentences of our own, look-alikes stay, and no input takes long or raises."""

import json
import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from classifiers.redaction import KINDS, MARKERS, find_personal_data, redact
from classifiers.types import LANGUAGES

_MARKED = re.compile(r"⟦(\w+):([^⟧]*)⟧")
SENTENCES = Path(__file__).parent / "data" / "personal.jsonl"
GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"

Found = set[tuple[str, int, int]]


def unmarked(text: str) -> tuple[str, Found]:
    """The sentence as a person wrote it, and the spans that its marks say."""
    plain, spans, at = "", set(), 0
    for mark in _MARKED.finditer(text):
        plain += text[at : mark.start()]
        spans.add((mark[1], len(plain), len(plain) + len(mark[2])))
        plain += mark[2]
        at = mark.end()
    return plain + text[at:], spans


def found_in(text: str, language: str) -> Found:
    return {(span.kind, span.start, span.end) for span in find_personal_data(text, language)}


@pytest.fixture(scope="module")
def sentences() -> list[tuple[str, str, Found]]:
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    return [(row["language"], *unmarked(row["text"])) for row in rows]


def test_the_sentences_cover_languages_kinds_and_look_alikes(sentences):
    languages = Counter(language for language, _, _ in sentences)
    assert (languages["pl"] >= 80, languages["en"] >= 40, languages["uk"] >= 30) == (True, True, True)
    assert {kind for _, _, spans in sentences for kind, _, _ in spans} == set(KINDS)
    clean = sum(not spans for _, _, spans in sentences)
    assert 0.4 <= clean / len(sentences) <= 0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_personal_data_is_found_and_look_alikes_stay(sentences, language):
    right = wrong = missed = 0
    for written_in, text, spans in sentences:
        if written_in == language:
            found = found_in(text, language)
            right, wrong, missed = (
                right + len(found & spans),
                wrong + len(found - spans),
                missed + len(spans - found),
            )
    assert right / (right + missed) >= 0.95
    assert right / (right + wrong) >= 0.95


@pytest.mark.parametrize(
    ("language", "text", "public"),
    [
        ("pl", "Dzwońcie: 601 234 567.", "Dzwońcie: [telefon]."),
        ("en", "My name is John Carter, call 601 234 567.", "My name is [name], call [phone]."),
        ("uk", "Мій телефон +380 67 123 45 67", "Мій телефон [телефон]"),
        ("de", "Anruf: +49 171 1234567", "Anruf: [telefon]"),
    ],
)
def test_each_piece_becomes_its_kind_in_the_language_of_the_text(language, text, public):
    assert redact(text, language).text == public


def test_the_spans_of_a_redacted_text_point_into_the_text_as_it_was_given():
    text = "Proszę\u200b o telefon\u0301: 601\u00a0234\u2011567, Z powaz\u0307aniem\nJan Nowak"
    kept = redact(text, "pl")
    assert [text[span.start : span.end] for span in kept.spans] == ["601\u00a0234\u2011567", "Jan Nowak"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("PESEL 85031274114", ["PESEL"]),
        ("85031274114", ["PESEL"]),
        ("85031274115", []),  # wrong check digit
        ("PESEL: 85031274115", ["PESEL"]),  # mistyped, but said to be one
        ("10993100005", []),  # no such day
        ("226-938-02-78", ["NIP"]),
        ("226-938-02-79", []),
        ("ABS012345", ["DOCUMENT"]),
        ("ABS112345", []),
        ("KON-2026-000328-8", []),
        ("52.2234567, 18.2511234", []),
        ("112 997 998", []),
        ("123 456 789 zł", []),
        ("PKN 4T521", ["PLATE"]),
        ("ZDM 2026", []),
    ],
)
def test_check_digits_and_boundaries_decide(text, kinds):
    assert [span.kind for span in find_personal_data(text, "pl")] == kinds


def test_overlapping_findings_leave_nothing_over():
    text = "tel. 73 7679 5279 2370 3107 3059 9309"
    assert redact(text, "pl").text == "tel. [numer konta]"


def test_a_pan_is_a_thing_for_the_kitchen_in_english():
    text = "Somebody left a pan Tefal in the bin"
    assert find_personal_data(text, "en") == ()


@pytest.mark.parametrize(
    "unit",
    ["", "1", "1 ", "a", "a@b.", "+48 ", "DE89 3704 ", "AB 1 ", "Jan ", "mieszkam na A A ", "pozdrawiam\n", "-- \n",
     "tel. 1", "номер ", "\ud800", "a\u0301", "\u200b", "1.", "'", "((1", "J. ", "dowod i i "],
)  # fmt: skip
def test_time_grows_no_faster_than_the_text(unit):
    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        started = time.process_time()
        redact(text, "pl")
        return time.process_time() - started

    assert seconds(80_000) < 12 * seconds(20_000) + 0.3


def test_random_characters_never_raise():
    generator = random.Random(5)
    for _ in range(300):
        text = "".join(
            chr(generator.choice((generator.randrange(0x250), generator.randrange(0x11_0000))))
            for _ in range(60)
        )
        spans = find_personal_data(text, generator.choice(("pl", "en", "uk", "", "xx")))
        assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_the_kinds_and_their_markers_are_in_the_glossary():
    part = GLOSSARY.read_text(encoding="utf-8").split("### Kinds of personal data", 1)[1].split("\n#", 1)[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", part, re.MULTILINE)
    assert {kind: {"en": en, "pl": pl, "uk": uk} for kind, en, pl, uk in rows} == MARKERS


@pytest.mark.parametrize(
    ("language", "text", "public"),
    [
        ("en", "I live at 14 Dworcowa, flat 3", "I live at [address]"),
        ("en", "I live at 14 Dworcowa and 20 Wodna stinks", "I live at [address] and 20 Wodna stinks"),
        ("en", "Lamp out.\nRegards\n14 Dworcowa\n62-510 Konin", "Lamp out.\nRegards\n[address]"),
        ("pl", "Lampa.\nPozdrawiam\nul. Dworcowa 5/3", "Lampa.\nPozdrawiam\n[adres]"),
        ("uk", "Яма.\nЗ повагою\nвул. Дворцова 5", "Яма.\nЗ повагою\n[адреса]"),
    ],
)
def test_a_home_is_masked_without_a_word_for_street_and_under_a_letter(language, text, public):
    assert redact(text, language).text == public


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Lamps are out at\n14 Dworcowa\n16 Dworcowa"),
        ("en", "We live on 3 Maja, and it is dark"),
        ("en", "I live 14 Minutes from here"),
        ("pl", "Dziura w jezdni.\nDworcowa 5"),
        ("pl", "Dziura.\nul. Dworcowa 5\n62-510 Konin"),
        ("pl", "Lampa.\nPozdrawiam\nPS. ta przy Dworcowej 5"),
        ("uk", "Ліхтар\nвул. Дворцова 5"),
    ],
)
def test_the_place_of_the_matter_stays(language, text):
    assert redact(text, language).text == text
