"""Two hundred sentences of our own: streets found and resolved, in three languages, and words that are none."""

import pytest

from tests.classifiers.places_score import find, read_gazetteer, read_sentences, resolved, score

GAZETTEER = read_gazetteer()
SENTENCES = read_sentences()


def test_there_are_two_hundred_different_sentences_with_streets_that_exist():
    names = {street.name for street in GAZETTEER.streets}
    assert len({row["text"] for row in SENTENCES}) == 200
    assert {row["street"] for row in SENTENCES} - names == {None}
    assert {row["second"] for row in SENTENCES if "second" in row} <= names
    assert sum(row["street"] is None for row in SENTENCES) >= 40


@pytest.mark.parametrize("language", ["pl", "en", "uk"])
def test_streets_are_found_and_resolved(language: str):
    rows = [row for row in SENTENCES if row["language"] == language]
    assert score(rows, GAZETTEER).f1 >= 0.90


def test_house_numbers_second_streets_and_districts_are_read():
    asked = right = 0
    for row in SENTENCES:
        found = find(row, GAZETTEER)
        told = {
            "number": found.house_number if found and resolved(found) else None,
            "second": found.second_street_name if found else None,
            "district": found.district if found else None,
        }
        wanted = {key: row[key] for key in told if key in row and (key != "number" or row["street"])}
        asked += len(wanted)
        right += sum(told[key] == value for key, value in wanted.items())
    assert right / asked >= 0.95
