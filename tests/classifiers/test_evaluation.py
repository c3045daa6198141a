"""Measuring on texts from outside: labels that are coarser than ours, rows that cannot be read, groups."""

import json
from pathlib import Path
from typing import Any

import pytest

from classifiers.evaluation import BadTexts, Labelled, evaluate, read_mapping, read_texts
from classifiers.model import Model
from classifiers.types import Catalogue

MAPPING = {"light": "lights", "heat": "heating", "road.pothole": "roads"}
TEXTS = [
    Labelled("1", "Latarnia nie świeci, ciemno na ulicy", "pl", "lights"),
    Labelled("2", "Zimne kaloryfery, nie ma ogrzewania w bloku", "pl", "heating"),
    Labelled("3", "Dziura w jezdni, uszkodzona opona", "pl", "heating"),
]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    rows: list[dict[str, Any]] = [
        {"id": 1, "text": "a", "lang": "pl", "label": "x"},
        {"id": 2, "text": "b", "lang": "pl", "label": "AMBIGUOUS"},
        {"id": 3, "text": "c", "lang": "pl", "label": "y", "label_suspect": True},
    ]
    path = tmp_path / "texts.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return path


def test_figures_and_what_was_said_of_each_text(model: Model, catalogue: Catalogue) -> None:
    report = evaluate(model, catalogue, TEXTS, MAPPING)
    assert report["accuracy"] == round(2 / 3, 4)
    assert [row["label"] for row in report["predictions"]] == ["lights", "heating", "roads"]
    assert [row["code"] for row in report["predictions"]] == ["light", "heat", "road.pothole"]
    assert report["per_label"]["heating"] == {"texts": 2, "precision": 1.0, "recall": 0.5, "f1": 0.6667}
    assert report["macro_f1"] == round((1.0 + 0.6667) / 2, 4)
    assert report["texts_per_second"] > 0


def test_labels_of_a_group_count_as_one(model: Model, catalogue: Catalogue) -> None:
    report = evaluate(model, catalogue, TEXTS, MAPPING, [frozenset({"heating", "roads"})])
    assert report["accuracy"] == 1.0
    assert set(report["per_label"]) == {"lights", "heating+roads"}


def test_a_noncase_has_no_code(model: Model, catalogue: Catalogue) -> None:
    spam = Labelled("9", "You have won! Click here to claim your bitcoin bonus prize", "en", "NONCASE_spam")
    [said] = evaluate(model, catalogue, [spam], MAPPING)["predictions"]
    assert (said["code"], said["label"], said["routed"]) == (None, "NONCASE", False)


def test_rows_without_an_answer_are_left_out(texts: Path) -> None:
    assert [text.id for text in read_texts(texts)] == ["1", "3"]
    assert [text.id for text in read_texts(texts, without_suspect=True)] == ["1"]


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 4}',
        "not json",
        "[]",
        '{"id": 4, "text": null, "lang": "pl", "label": "x"}',
        '{"id": 4, "text": "d", "lang": "pl", "label": null}',
        '{"id": 4, "text": "d", "lang": "pl", "label": ["x"]}',
    ],
)
def test_a_bad_row_is_named(texts: Path, line: str) -> None:
    with texts.open("a") as file:
        file.write(line)
    with pytest.raises(BadTexts, match=r"texts\.jsonl, line 5"):
        read_texts(texts)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\u0085"])
def test_a_text_may_hold_separators_of_lines(tmp_path: Path, separator: str) -> None:
    path = tmp_path / "texts.jsonl"
    row = {"id": 1, "text": f"lampa{separator}dziura", "lang": "pl", "label": "x"}
    path.write_text(f"\ufeff{json.dumps(row, ensure_ascii=False)}\r\n", encoding="utf-8")
    assert read_texts(path) == [Labelled("1", f"lampa{separator}dziura", "pl", "x")]


@pytest.mark.parametrize(
    "content", ["", "\n", "a,b\n", "a,b\nlight,lights\n", "catalogue,common\n", "catalogue,common\nlight\n"]
)
def test_a_mapping_without_its_columns_or_rows_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.csv"
    path.write_text(content)
    with pytest.raises(BadTexts, match=r"map\.csv.*catalogue,common"):
        read_mapping(path)


def test_a_mapping_gives_each_category_its_label(tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("catalogue,common\nlight,lights\n")
    assert read_mapping(path) == {"light": "lights"}


def test_no_texts_give_no_figures(model: Model, catalogue: Catalogue) -> None:
    report = evaluate(model, catalogue, [], MAPPING)
    assert (report["accuracy"], report["coverage"], report["predictions"]) == (0.0, 0.0, [])
