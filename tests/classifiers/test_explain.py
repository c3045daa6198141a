import pytest

from classifiers.explain import sentence_for_agent, sentence_for_resident
from classifiers.types import CategorySuggestion, Word

SUGGESTION = CategorySuggestion("light", 0.874, (Word("Lampa", 0, 5, 0.62), Word("świeci", 10, 16, 0.3)))


def test_the_agent_reads_category_probability_and_shares() -> None:
    sentence = sentence_for_agent(SUGGESTION, {"pl": "Latarnia nie świeci"}, "pl")
    assert sentence == "Latarnia nie świeci (87 %): Lampa 62 %, świeci 30 %."


@pytest.mark.parametrize(
    ("language", "start"),
    [("pl", "Przekazaliśmy"), ("en", "We passed"), ("uk", "Ми передали"), ("de", "Przekazaliśmy")],
)
def test_the_resident_reads_her_own_words_in_her_language(language: str, start: str) -> None:
    sentence = sentence_for_resident(SUGGESTION, "ZDM", language)
    assert sentence.startswith(start)
    assert "ZDM" in sentence
    assert "lampa, świeci" in sentence


def test_without_words_no_reason_is_made_up() -> None:
    bare = CategorySuggestion("light", 0.2, ())
    assert sentence_for_resident(bare, "ZDM", "pl") == "Przekazaliśmy sprawę do: ZDM."
    assert "no known words" in sentence_for_agent(bare, {"en": "Street light"}, "en")
