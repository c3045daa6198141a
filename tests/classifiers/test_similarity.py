"""How alike two texts are by their words."""

import time

import pytest

from classifiers.similarity import MOST_CHARACTERS, bag_of, likenesses


def likeness(one: str, other: str, language: str = "pl", its_language: str | None = None):
    return likenesses(bag_of(one, language), [bag_of(other, its_language or language)])[0]


@pytest.mark.parametrize(
    ("language", "one", "other", "shared"),
    [
        ("pl", "Dziura w jezdni przy szkole", "Na jezdni są dwie dziury", {"Dziura", "jezdni"}),
        ("pl", "PRZEPELNIONE KOSZE", "kosz jest przepełniony", {"PRZEPELNIONE", "KOSZE"}),
        ("en", "Broken street lamps", "The lamp is broken", {"Broken", "lamps"}),
        ("uk", "Не горить ліхтар", "Ліхтарі знову не горить", {"горить", "ліхтар"}),
    ],
)
def test_finds_the_same_words_in_other_forms(language, one, other, shared):
    found = likeness(one, other, language)
    assert set(found.shared) == shared
    assert found.score > 0.3


def test_the_same_words_are_one_and_no_common_word_is_nothing():
    assert likeness("Dziura w jezdni", "Dziura w jezdni").score == 1.0
    assert likeness("Dziura w jezdni", "Latarnia nie świeci").score == 0.0


def test_it_does_not_matter_which_text_comes_first():
    one, other = "Duża dziura w jezdni", "Dziura, jezdnia zapadnięta przy studzience, woda stoi"
    assert likeness(one, other).score == likeness(other, one).score


def test_more_common_words_make_texts_more_alike():
    base = "Przepełnione kosze na śmieci przy przystanku"
    more = likeness(base, "Kosze przy przystanku są przepełnione").score
    assert more > likeness(base, "Przystanek jest zniszczony").score > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dzień dobry, proszę o pomoc", "Dzień dobry, proszę, dziura"),
        ("Blok nr 5, klatka 12", "Numer 5 i 12"),
        ("", "Dziura w jezdni"),
        ("🙂🙂🙂", "🙂🙂🙂"),
        ("", ""),
    ],
)
def test_greetings_numbers_and_nothing_say_nothing(one, other):
    assert likeness(one, other).score == 0.0


def test_languages_stand_apart():
    assert likeness("Dziura w jezdni", "Яма на дорозі", "pl", "uk").score == 0.0
    assert likeness("Dziura w jezdni", "A pothole in the road", "pl", "en").score == 0.0


def test_an_unknown_language_is_read_as_polish():
    assert likeness("Dziura w jezdni", "dziury", "xx", "").shared == ("Dziura",)


def test_a_word_that_everybody_has_says_less():
    text = bag_of("dziura przy fontannie")
    common, rare = likenesses(
        text, [bag_of("dziura obok"), bag_of("fontanna obok"), *[bag_of("dziura")] * 30]
    )[:2]
    assert rare.score > common.score
    both = likenesses(text, [bag_of("fontanna, dziura"), *[bag_of("dziura")] * 30])[0]
    assert both.shared == ("fontannie", "dziura")


def test_a_very_long_text_is_read_to_a_limit():
    started = time.perf_counter()
    bag = bag_of("dziura " * 200_000 + "latarnia")
    assert set(bag.words.values()) == {"dziura"}
    assert len(bag_of("a" * 1_000_000).words) <= 1
    assert time.perf_counter() - started < 1
    assert bag_of("x " * MOST_CHARACTERS + "dziura").words == {}
