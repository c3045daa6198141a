import pytest

from classifiers.lemmas import base_forms, cut_ending, tokens_of


@pytest.mark.parametrize("form", ["dziura", "dziury", "dziurze", "dziurami"])
def test_polish_forms_meet_in_their_lemma(form: str) -> None:
    assert "dziura" in base_forms(form, "pl")


def test_all_lemmas_of_an_ambiguous_word_are_given() -> None:
    assert {"zamek"} <= set(base_forms("zamki", "pl"))
    assert {"jezdnia", "jezdny"} <= set(base_forms("jezdni", "pl"))


@pytest.mark.parametrize(
    ("language", "forms"), [("en", ("light", "lights")), ("uk", ("ліхтар", "ліхтарі", "ліхтаря"))]
)
def test_other_languages_lose_their_endings(language: str, forms: tuple[str, ...]) -> None:
    assert len({base_forms(form, language) for form in forms}) == 1


def test_short_words_are_not_cut_to_nothing() -> None:
    assert cut_ending("ami", "pl") == "ami"


def test_unknown_and_odd_words_have_one_form() -> None:
    assert len(base_forms("xqzwv", "pl")) == 1
    assert base_forms("12a", "pl") == ("12a",)
    assert len(base_forms("a" * 5000, "pl")) == 1


def test_offsets_count_from_the_start_given() -> None:
    token = tokens_of("dziura w jezdni", "pl", start=10)[2]
    assert (token.start, token.end, token.text) == (19, 25, "jezdni")
