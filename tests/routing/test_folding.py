"""Folding: what looks the same to a hurried reader is the same."""

import pytest

from routing.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łężyn ", "lezyn"),
        ("  Świętego   Wojciecha\t4 ", "swietego wojciecha 4"),
        ("ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zazolc gesla jazn"),
        ("Straße Øre", "strasse ore"),
        ("Київ, п'ятий під'їзд", "киів, п'ятии під'ізд"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_case_marks_and_white_space_fall_away(text, folded):
    assert fold(text) == folded
    assert fold(folded) == folded


def test_a_letter_and_its_mark_apart_are_the_same_as_together():
    assert fold("o\u0301semka") == fold("ósemka") == "osemka"
