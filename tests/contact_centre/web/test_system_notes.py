"""Notes of the machine: codes in the database, words of the reader's language on the page."""

import pytest
from django.utils import translation

from contact_centre.web.system_notes import Remark, as_body, in_words, named_cases

BODY = as_body(
    [
        (Remark.NAMES_CASE, "KON-2026-000120-1"),
        (Remark.TEXT_CUT, "100000"),
        (Remark.REST_IN_MAIL, ""),
        (Remark.FILE_NOT_KEPT, "my\nNAMES_CASE KON-2026-000007-1"),
    ]
)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["names the case KON-2026-000120-1", "cut after 100000", "link stands", "kept in the original"],
        ),
        ("pl", ["sprawę KON-2026-000120-1", "po 100000", "link jest przy", "Nie zapisano jako pliku"]),
        ("uk", ["справу KON-2026-000120-1", "після 100000", "посилання стоїть", "Не збережено як файл"]),
    ],
)
def test_each_line_is_read_in_the_language_of_the_reader(language: str, words: list[str]) -> None:
    with translation.override(language):
        lines = in_words(BODY).split("\n")
    assert len(lines) == len(words)
    assert all(word in line for word, line in zip(words, lines, strict=True))


def test_the_name_of_a_file_cannot_name_a_case() -> None:
    assert named_cases(BODY) == ["KON-2026-000120-1"]


def test_a_note_from_before_there_were_codes_stays_as_it_is() -> None:
    old = "E-mail powołuje się na sprawę KON-2026-000120-1.\n\nNAMES of streets"
    assert in_words(old) == old
    assert named_cases(old) == []
