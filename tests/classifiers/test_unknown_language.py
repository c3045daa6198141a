"""A text in none of our languages is told apart, and nothing that is in one of them is taken for such a text."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from classifiers.corpus import CORPUS_DIR, VALIDATION_DIR, read_corpus, read_sayings
from classifiers.language import LanguageModel
from classifiers.normalise import prepare
from classifiers.types import UNKNOWN_LANGUAGE

FOREIGN = Path(__file__).parent / "data" / "foreign.jsonl"


@pytest.fixture(scope="module")
def languages() -> LanguageModel:
    """As a training learns it, without the rest of a model."""
    examples = (*read_corpus(CORPUS_DIR), *read_sayings())
    return LanguageModel.of((example.language, example.text) for example in examples)


def is_unknown(languages: LanguageModel, text: str, hint: str | None = None) -> bool:
    return languages.detect(prepare(text, 20_000).text, hint)[1] <= UNKNOWN_LANGUAGE


@pytest.fixture(scope="module")
def told_apart(languages: LanguageModel) -> dict[str, list[bool]]:
    """For each language that is not ours, which of its sentences were recognised as such."""
    told = defaultdict(list)
    for line in FOREIGN.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        told[row["language"]].append(is_unknown(languages, row["text"]))
    return told


def test_nearly_every_foreign_sentence_is_told_apart(told_apart: dict[str, list[bool]]) -> None:
    told = [one for sentences in told_apart.values() for one in sentences]
    assert len(told) >= 140
    assert sum(told) / len(told) >= 0.97


@pytest.mark.parametrize(
    ("language", "floor"),
    [
        ("ru", 0.95),
        ("be", 0.95),
        ("cs", 1.0),
        ("sk", 1.0),
        ("de", 0.9),
        ("fr", 0.9),
        ("es", 0.95),
        ("tr", 1.0),
        ("vi", 1.0),
    ],
)
def test_each_language_of_our_neighbours_and_guests_is(
    told_apart: dict[str, list[bool]], language: str, floor: float
) -> None:
    told = told_apart[language]
    assert len(told) >= 8
    assert sum(told) / len(told) >= floor


def test_the_page_does_not_make_a_foreign_text_one_of_ours(languages: LanguageModel) -> None:
    text = "Der Müll wurde diese Woche wieder nicht abgeholt, es stinkt schrecklich."
    assert all(is_unknown(languages, text, hint) for hint in ("pl", "en", "uk"))


def test_our_own_texts_are_recognised(languages: LanguageModel) -> None:
    """None of them taught anything; of those with four words and more 99 of 100 are to be right."""
    texts = [e for e in read_corpus(VALIDATION_DIR) if len(e.text.split()) >= 4]
    told = [(e.language, *languages.detect(prepare(e.text, 20_000).text)) for e in texts]
    assert sum(wanted == found for wanted, found, _ in told) / len(told) >= 0.99
    assert sum(certainty <= UNKNOWN_LANGUAGE for *_, certainty in told) / len(told) <= 0.005


def test_no_short_text_of_ours_is_unknown(languages: LanguageModel) -> None:
    texts = [e.text for e in read_corpus(VALIDATION_DIR) if len(e.text.split()) < 4]
    assert texts
    assert not [text for text in texts if is_unknown(languages, text)]


@pytest.mark.parametrize(
    "text",
    [
        "dzira drogga kolowja",
        "hallo bitte lampe",
        "Улица темно",
        "jan kowalski, dworcowa 5 m 3, 62-510 konin",
        "JAN KOWALSKI UL DWORCOWA 5 M 3 KONIN",
        "oleksandr shevchenko dworcowa 5 konin",
        "Nguyen Van Anh, ul. Dworcowa 5/3, 62-510 Konin",
        "Anna Müller, Přemysl Novák, ul. Wodna 7, 62-500 Konin",
        "Prosimy o kontakt: Hans-Jürgen Müller, Schönhauser Straße 12",
        "Гакевич Тетяна Ігорівна, Poznańska 12",
        "nie swieci latarnia przy szkole, prosze naprawic",
        "Dzień dobry, przy ul. Dworcowej 5 Straßenlampe nie działa, danke",
        "Hello, przy Dworcowej 5 lampa is broken, please fix",
        "ul. Dworcowa 5 — не світить ліхтар, proszę o naprawę",
        "Снiг не прибраний, обидвi сторони вулицi",
        "Прошу полагодити дорогу на Дворцовій",
        "123 456 789 000 62-510",
        "🚧🚧🚧🚧",
    ],
)
def test_short_plain_mixed_texts_and_names_are_not_unknown(languages: LanguageModel, text: str) -> None:
    assert not is_unknown(languages, text)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [("路灯", False), ("x 路灯", False), ("路灯坏了三天了", True), ("مصباح الشارع", True)],
)
def test_other_alphabets_are_unknown_once_there_are_some_letters(
    languages: LanguageModel, text: str, unknown: bool
) -> None:
    assert is_unknown(languages, text) is unknown
