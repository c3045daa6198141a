"""Categories that changed between training and reading: gone, merged, new. Nothing is guessed that nobody can serve."""

from dataclasses import replace

import pytest

from classifiers.corpus import Example, from_vocabulary, in_use
from classifiers.model import Model
from classifiers.training import fingerprint
from classifiers.types import Catalogue, CategorySuggestion, Gazetteer, Understanding
from classifiers.understand import understand
from tests.classifiers.conftest import entry

TEXT = "Wielka dziura w jezdni, wyrwa w asfalcie"


def without(catalogue: Catalogue, *codes: str) -> Catalogue:
    return replace(catalogue, categories=tuple(e for e in catalogue.categories if e.code not in codes))


def read(model: Model, catalogue: Catalogue, text: str = TEXT) -> Understanding:
    return understand(text, catalogue=catalogue, gazetteer=Gazetteer((), ()), model=model)


def by_code(found: Understanding) -> dict[str, CategorySuggestion]:
    return {suggestion.code: suggestion for suggestion in found.categories}


def probability(model: Model, code: str, text: str = TEXT) -> float:
    return model.read(text, "pl").categories.of(code)


def test_before_any_change_the_text_is_sure(model: Model, catalogue: Catalogue) -> None:
    found = read(model, catalogue)
    assert found.categories[0].code == "road.pothole"
    assert found.is_routable


def test_a_retired_category_leaves_the_text_to_a_person(model: Model, catalogue: Catalogue) -> None:
    found = read(model, without(catalogue, "road.pothole"))
    assert "road.pothole" not in by_code(found)
    # What it had is not shared out: the others are as unlikely as before.
    assert found.categories[0].probability < 0.5
    assert not found.is_routable


def test_a_category_under_a_new_code_is_unknown_to_the_old_model(model: Model, catalogue: Catalogue) -> None:
    renamed = without(catalogue, "road.pothole")
    renamed = replace(renamed, categories=(*renamed.categories, entry("road.hole", pl="Dziura w jezdni")))
    found = read(model, renamed)
    assert not {"road.pothole", "road.hole"} & by_code(found).keys()
    assert not found.is_routable


def test_a_merged_category_counts_for_its_successor(model: Model, catalogue: Catalogue) -> None:
    merged = replace(without(catalogue, "light"), successors={"light": "road.pothole"})
    text = "Zepsuta latarnia, dziura w jezdni"
    parts = [probability(model, code, text) for code in ("road.pothole", "light")]
    assert min(parts) > 0.02
    found = read(model, merged, text)
    assert found.categories[0].code == "road.pothole"
    assert found.categories[0].probability == pytest.approx(min(1.0, sum(parts)), abs=1e-4)
    assert read(model, merged).is_routable


def test_the_words_of_a_merged_category_are_those_that_were_read(model: Model, catalogue: Catalogue) -> None:
    merged = replace(without(catalogue, "road.pothole"), successors={"road.pothole": "light"})
    found, before = read(model, merged), read(model, catalogue)
    assert found.categories[0].code == "light"
    assert found.categories[0].words == before.categories[0].words
    assert found.reasons == before.reasons


def test_into_a_category_that_no_model_has_met_a_person_decides(model: Model, catalogue: Catalogue) -> None:
    merged = without(catalogue, "road.pothole")
    merged = replace(
        merged,
        categories=(*merged.categories, entry("road", pl="Drogi")),
        successors={"road.pothole": "road"},
    )
    found = read(model, merged)
    assert found.categories[0].code == "road"
    assert found.categories[0].probability > 0.5
    assert not found.is_sure


def test_three_suggestions_stay_three_and_no_code_comes_twice(model: Model, catalogue: Catalogue) -> None:
    merged = replace(without(catalogue, "light", "heat"), successors={"light": "play", "heat": "play"})
    codes = [suggestion.code for suggestion in read(model, merged).categories]
    assert len(codes) == len(set(codes)) == 3


def test_a_text_without_words_has_no_category_after_a_merger_either(
    model: Model, catalogue: Catalogue
) -> None:
    merged = replace(without(catalogue, "light"), successors={"light": "road.pothole"})
    assert read(model, merged, "!!!").categories == ()


def test_a_merger_into_a_category_out_of_use_gives_nothing(model: Model, catalogue: Catalogue) -> None:
    gone = replace(without(catalogue, "road.pothole", "light"), successors={"road.pothole": "light"})
    assert not {"road.pothole", "light"} & by_code(read(model, gone)).keys()


def test_examples_of_a_merged_category_teach_its_successor(catalogue: Catalogue) -> None:
    merged = replace(without(catalogue, "light"), successors={"light": "road.pothole"})
    examples = [
        Example("a", "pl", "light"),
        Example("b", "pl", "no.such.category"),
        Example("c", "pl", "", noncase="SPAM"),
        Example("d", "pl", "heat"),
    ]
    assert [(e.text, e.label) for e in in_use(examples, merged)] == [
        ("a", "road.pothole"),
        ("c", ""),
        ("d", "heat"),
    ]


def test_typical_words_of_a_merged_category_teach_its_successor(catalogue: Catalogue) -> None:
    words = {e.text for e in from_vocabulary(catalogue) if e.label == "light"}
    merged = replace(without(catalogue, "light"), successors={"light": "road.pothole"})
    assert words <= {e.text for e in from_vocabulary(merged) if e.label == "road.pothole"}
    assert words


def test_a_merger_asks_for_another_model(catalogue: Catalogue, tmp_path) -> None:
    merged = replace(catalogue, successors={"old": "light"})
    assert fingerprint(tmp_path, merged) != fingerprint(tmp_path, catalogue)
