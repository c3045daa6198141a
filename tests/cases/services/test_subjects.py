"""The subject of a case is what the text is about, not how it greets."""

import pytest

from cases.services._subjects import SUBJECT_LENGTH, first_line

HOLE = "Dziura na Dworcowej."


@pytest.mark.parametrize(
    "greeting",
    [
        "Dzień dobry,",
        "dzien dobry",
        "DZIEŃ DOBRY!!!",
        "Dzień dobry Państwu, witam serdecznie.",
        "Witam :)",
        "Szanowni Państwo,",
        "Szanowna Pani / Szanowny Panie",
        "Szanowny Panie Prezydencie!",
        "Cześć",
        "Hello,",
        "Hi there!",
        "Good morning",
        "Dear Sir or Madam,",
        "To whom it may concern:",
        "Добрий день!",
        "Доброго дня,",
        "Вітаю",
        "Шановні панове!",
        "Доброго здоров’я!",
        "",
        "  \t",
        "---",
        "…",
        "👋",
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n \r\n"])
def test_a_greeting_is_no_subject(greeting, between):
    assert first_line(f"{greeting}{between}{HOLE}\nProszę o naprawę.") == HOLE


@pytest.mark.parametrize(
    "line",
    [
        "Dzień dobry, na Dworcowej jest dziura.",
        "Hi, the lamp is out",
        "Добрий день, не світить ліхтар",
        "112",
        "Pani z Dworcowej hałasuje",
        "Good grief",
    ],
)
def test_a_line_that_says_more_than_a_greeting_is_the_subject(line):
    assert first_line(f"{line}\n{HOLE}") == line


@pytest.mark.parametrize(
    ("text", "subject"), [("Dzień dobry,\n\nWitam", "Dzień dobry,"), ("...\n???", "..."), ("", "")]
)
def test_where_nothing_else_is_said_the_subject_is_what_there_is(text, subject):
    assert first_line(text) == subject


def test_a_long_line_is_cut_with_a_mark():
    subject = first_line("Dzień dobry\n" + "słowo " * 40)
    assert len(subject) <= SUBJECT_LENGTH
    assert subject.endswith("słowo…")
