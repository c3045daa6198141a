"""Why: shares that add up, what a text says without a word, and sentences that name no one and nowhere."""

import numpy as np
import pytest

from classifiers.calibration import straighten
from classifiers.explain import Evidence, deciding_words, sentence_for_agent, sentence_for_resident
from classifiers.features import word_key
from classifiers.linear import softmax
from classifiers.model import Model
from classifiers.pipeline import Reading, Scores
from classifiers.types import CategorySuggestion, Word

SUGGESTION = CategorySuggestion("light", 0.874, (Word("Lampa", 0, 5, 0.62), Word("świeci", 10, 16, 0.3)))
TEXTS = [
    ("pl", "Wielka dziura w jezdni przy szkole, samochody omijają wyrwę w asfalcie"),
    ("pl", "nie swieci latarnia na Kolejowej, wieczorem jest zupelnie ciemno"),
    ("pl", "Kaloryfery zimne, brak ogrzewania w bloku od wczoraj, dzwoniłem dziś i ogrzewania nadal nie ma"),
    ("en", "The swing on the playground is broken and a child was hurt"),
    ("uk", "Автобус не приїхав, люди чекали на зупинці пів години"),
]


def without(text: str, reading: Reading, positions: set[int]) -> str:
    """The text with every repetition of the words at these positions taken out."""
    gone = {word_key(reading.tokens[position]) for position in positions}
    for token in reversed(reading.tokens):
        if word_key(token) in gone:
            text = text[: token.start] + text[token.end :]
    return text


def pulls(reading: Reading, label: int) -> dict[str, float]:
    return dict(
        zip((unit.key for unit in reading.bag.units), reading.categories.pull(label).tolist(), strict=True)
    )


def named(reading: Reading, label: int) -> set[int]:
    """The positions of the words that are named as reasons."""
    words = deciding_words(Evidence(reading.tokens, reading.bag), reading.categories.pull(label))
    starts = {token.start: position for position, token in enumerate(reading.tokens)}
    return {starts[word.start] for word in words}


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_parts_and_biases_are_the_whole_score(model: Model, language: str, text: str) -> None:
    scored = model.read(text, language).categories
    component = model.reader._pipelines[language].get_pipe("categories")
    assert isinstance(component, Scores)
    head = component.head
    assert head is not None
    scores = (scored.parts.sum(axis=0) + head.biases) / head.temperature
    probabilities = straighten(softmax(scores[None, :].astype(np.float32)), head.curve)[0]
    assert scored.probabilities == pytest.approx(probabilities, abs=1e-5)


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_shares_of_all_words_that_speak_for_it_make_one(model: Model, language: str, text: str) -> None:
    reading = model.read(text, language)
    best = reading.categories.best(1)[0]
    pull = reading.categories.pull(best)
    credit = np.zeros(len(reading.tokens))
    for unit, strength in zip(reading.bag.units, pull.tolist(), strict=True):
        credit[list(unit.tokens)] += strength / len(unit.tokens)
    assert credit.sum() == pytest.approx(pull.sum(), abs=1e-4)
    for word in deciding_words(Evidence(reading.tokens, reading.bag), pull):
        position = next(p for p, token in enumerate(reading.tokens) if token.start == word.start)
        assert word.share == pytest.approx(credit[position] / credit[credit > 0].sum(), abs=1e-4)


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_without_a_word_its_units_go_and_all_others_weigh_more_by_one_factor(
    model: Model, language: str, text: str
) -> None:
    whole = model.read(text, language)
    best = whole.categories.best(1)[0]
    before = pulls(whole, best)
    for position in named(whole, best):
        rest = model.read(without(text, whole, {position}), language)
        after = pulls(rest, best)
        key = word_key(whole.tokens[position])
        assert key not in after
        alike = {word_key(token) for token in whole.tokens} & after.keys()
        assert alike == {word_key(token) for token in whole.tokens} - {key}
        values = dict(zip((unit.key for unit in whole.bag.units), whole.bag.values.tolist(), strict=True))
        stayed = dict(zip((unit.key for unit in rest.bag.units), rest.bag.values.tolist(), strict=True))
        both = values.keys() & stayed.keys()
        factor = stayed[next(iter(both))] / values[next(iter(both))]
        for unit in both:
            assert after[unit] == pytest.approx(before[unit] * factor, abs=1e-4)
        # What went beside the word itself are pairs and phrases with the word in them; what came are new neighbours.
        gone = [unit for unit in whole.bag.units if unit.key not in after and unit.key != key]
        assert all(key in {word_key(whole.tokens[at]) for at in unit.tokens} for unit in gone)
        assert sum(after.values()) == pytest.approx(
            factor * sum(before[unit] for unit in both) + sum(after[unit] for unit in after.keys() - both),
            abs=1e-3,
        )


@pytest.mark.parametrize(("language", "text"), TEXTS)
def test_without_the_named_words_little_is_left_of_the_reason(model: Model, language: str, text: str) -> None:
    whole = model.read(text, language)
    best = whole.categories.best(1)[0]
    rest = model.read(without(text, whole, named(whole, best)), language)
    assert rest.categories.probabilities[best] < whole.categories.probabilities[best]
    assert sum(pulls(rest, best).values()) < sum(pulls(whole, best).values()) / 2


def test_the_agent_reads_category_probability_and_shares() -> None:
    sentence = sentence_for_agent(SUGGESTION, {"pl": "Latarnia nie świeci"}, "pl")
    assert sentence == "Latarnia nie świeci (87 %): Lampa 62 %, świeci 30 %."


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("pl", "Przekazaliśmy do: ZDM, bo piszesz o: dziura, jezdnia."),
        ("en", "We passed it to: ZDM, because you write about: dziura, jezdnia."),
        ("uk", "Ми передали до: ZDM, бо ви пишете про: dziura, jezdnia."),
        ("de", "Przekazaliśmy do: ZDM, bo piszesz o: dziura, jezdnia."),
    ],
)
def test_the_resident_reads_her_own_words_in_her_language(language: str, sentence: str) -> None:
    assert sentence_for_resident(["dziura", "jezdnia"], "ZDM", language) == sentence


def test_the_resident_reads_three_words_at_most() -> None:
    assert sentence_for_resident(list("abcd"), "ZDM", "pl").endswith("o: a, b, c.")


def test_without_words_no_reason_is_made_up() -> None:
    bare = CategorySuggestion("light", 0.2, ())
    assert sentence_for_resident([], "ZDM", "pl") == "Przekazaliśmy do: ZDM."
    assert sentence_for_resident([], "ZDM", "pl", "Latarnie") == (
        "Przekazaliśmy do: ZDM, bo w zgłoszeniu wybrano temat: Latarnie."
    )
    assert "no known words" in sentence_for_agent(bare, {"en": "Street light"}, "en")
