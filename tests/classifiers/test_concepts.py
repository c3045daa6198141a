"""The lexicon: words of three languages that mean one thing."""

import json
from pathlib import Path

import pytest

from classifiers.concepts import Concepts, LexiconError, compile_concepts, load_concepts, read_concepts
from classifiers.lemmas import tokens_of

LINE = "pothole | dziura, wyrwa w jezdni | pothole, hole in the road | яма, вибоїна\n"


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    (tmp_path / "streets.txt").write_text(LINE, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("language", "word"), [("pl", "dziury"), ("pl", "DZIURA"), ("en", "potholes"), ("uk", "вибоїни")]
)
def test_any_form_of_a_word_means_the_concept(lexicon: Path, language: str, word: str) -> None:
    [token] = tokens_of(word, language)
    assert load_concepts(lexicon)[language].of_word(token) == ("pothole",)


def test_a_phrase_is_found_where_it_begins_and_only_whole(lexicon: Path) -> None:
    concepts = load_concepts(lexicon)["pl"]
    tokens = tokens_of("Duża wyrwa w jezdni, i wyrwa w asfalcie", "pl")
    found = [(at, *hit) for at in range(len(tokens)) for hit in concepts.phrases_at(tokens, at)]
    assert found == [(1, 3, "pothole")]


def test_the_lexicon_can_be_taken_apart_and_put_together_again() -> None:
    for lexicon in load_concepts().values():
        plain = json.loads(json.dumps(lexicon.to_plain()))
        again = Concepts.from_plain(plain)
        assert again == lexicon
        assert json.dumps(again.to_plain()) == json.dumps(plain)


def test_what_a_model_carries_is_the_lexicon_that_it_was_trained_with(lexicon: Path) -> None:
    assert read_concepts(compile_concepts(lexicon)) == load_concepts(lexicon)


def test_models_that_carry_the_same_lexicon_share_it(lexicon: Path) -> None:
    compiled = compile_concepts(lexicon)
    first = read_concepts(compiled)
    assert read_concepts(compiled.encode().decode()) is first
    assert read_concepts(compiled.replace("pothole", "hole")) != first


def test_a_word_of_another_language_means_nothing(lexicon: Path) -> None:
    [token] = tokens_of("pothole", "pl")
    assert load_concepts(lexicon)["pl"].of_word(token) == ()


def test_a_line_without_its_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("pothole | dziura\n", encoding="utf-8")
    with pytest.raises(LexiconError, match=r"bad\.txt, line 1"):
        load_concepts(tmp_path)
