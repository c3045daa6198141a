import json
from pathlib import Path

import numpy as np
import pytest

from classifiers.corpus import CorpusError, Example, from_vocabulary
from classifiers.evaluation import evaluate
from classifiers.material import NothingToLearn
from classifiers.model import BrokenModel, load
from classifiers.training import fingerprint, train
from classifiers.types import Catalogue, Gazetteer
from classifiers.understand import understand

ROWS = [
    ("Dziura w jezdni przed blokiem", "road.pothole", "REPORT"),
    ("Wyrwa w asfalcie, uszkodziłem koło", "road.pothole", "REPORT"),
    ("Latarnia nie świeci od tygodnia", "light", "REPORT"),
    ("Ciemno, zepsuta lampa uliczna", "light", "REPORT"),
    ("Skarga na urzędnika", "legal.complaint", "COMPLAINT"),
    ("Nieznana etykieta", "no.such.category", "REPORT"),
]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    directory = tmp_path / "corpus"
    (directory / "pl").mkdir(parents=True)
    rows = [{"text": text, "label": label, "kind": kind, "urgency": "NORMAL"} for text, label, kind in ROWS]
    (directory / "pl" / "part.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return directory


@pytest.fixture
def few(catalogue: Catalogue) -> Catalogue:
    return Catalogue(
        tuple(e for e in catalogue.categories if e.code in {"road.pothole", "light", "legal.complaint"})
    )


def test_training_is_repeatable_to_the_bit(corpus: Path, few: Catalogue, tmp_path: Path) -> None:
    version = train(corpus, few, tmp_path / "one", 1)
    assert train(corpus, few, tmp_path / "two", 1) == version
    manifests = [(tmp_path / place / version / "manifest.json").read_bytes() for place in ("one", "two")]
    assert manifests[0] == manifests[1]


def test_no_pickle_and_nothing_unfinished_is_left(corpus: Path, few: Catalogue, tmp_path: Path) -> None:
    version = train(corpus, few, tmp_path / "models", 1)
    assert [path.name for path in (tmp_path / "models").iterdir()] == [version]
    for path in (tmp_path / "models" / version).glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)


def test_the_fingerprint_follows_corpus_catalogue_and_seed(corpus: Path, few: Catalogue) -> None:
    first = fingerprint(corpus, few, 1)
    assert fingerprint(corpus, few, 1) == first
    assert fingerprint(corpus, few, 2) != first
    assert fingerprint(corpus, Catalogue(few.categories[:2]), 1) != first
    with (corpus / "pl" / "part.jsonl").open("a") as file:
        file.write("\n")
    assert fingerprint(corpus, few, 1) != first


def test_a_bad_line_is_named(corpus: Path, few: Catalogue, tmp_path: Path) -> None:
    (corpus / "pl" / "bad.jsonl").write_text('{"text": "bez etykiety"}\n')
    with pytest.raises(CorpusError, match=r"bad\.jsonl, line 1"):
        train(corpus, few, tmp_path / "models", 1)
    assert not (tmp_path / "models").exists()


def test_an_empty_catalogue_teaches_nothing(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToLearn):
        train(corpus, Catalogue(()), tmp_path / "models", 1)


def test_without_a_corpus_the_catalogue_alone_suggests_but_routes_nothing(
    tmp_path: Path, few: Catalogue
) -> None:
    version = train(tmp_path / "nothing", few, tmp_path / "models", 1)
    model = load(tmp_path / "models" / version)
    found = understand("dziura w drodze", catalogue=few, gazetteer=Gazetteer((), ()), model=model)
    assert found.categories[0].code == "road.pothole"
    assert model.threshold > 1
    assert found.kind.may_be_legal


@pytest.mark.parametrize("name", ["manifest.json", "categories.npz", "lexicon.json"])
def test_a_missing_or_changed_file_is_a_broken_model(
    corpus: Path, few: Catalogue, tmp_path: Path, name: str
) -> None:
    directory = tmp_path / "models" / train(corpus, few, tmp_path / "models", 1)
    (directory / name).write_bytes(b"{}")
    with pytest.raises(BrokenModel):
        load(directory)
    (directory / name).unlink()
    with pytest.raises(BrokenModel):
        load(directory)


def test_the_typical_words_belong_to_categories_of_the_catalogue(catalogue: Catalogue) -> None:
    examples = from_vocabulary(catalogue)
    codes = {entry.code for entry in catalogue.categories}
    assert {(example.label, example.language) for example in examples} == {
        (code, language) for code in codes for language in ("pl", "en", "uk")
    }


def test_the_held_out_figures_are_honest_about_quality(model_dir: Path) -> None:
    figures = load(model_dir).manifest["cross_validation"]
    assert figures["macro_f1"] > 0.8
    assert figures["precision"] >= 0.95
    assert figures["coverage"] > 0.3
    assert figures["legal_recall"] >= 0.98
    assert figures["calibration_error"] < 0.05


def test_evaluation_counts_what_is_routed_and_what_is_missed(model_dir: Path, catalogue: Catalogue) -> None:
    examples = [
        Example("Latarnia nie świeci, ciemno na ulicy", "pl", "light", "REPORT"),
        Example("Składam skargę na urzędnika", "pl", "legal.complaint", "COMPLAINT"),
        Example("Lampa uliczna iskrzy", "pl", "light", "REPORT", "DANGER"),
        Example("Zimne kaloryfery, nie ma ogrzewania", "pl", "tax", "REPORT"),
    ]
    report = evaluate(load(model_dir), examples, catalogue)
    assert report.texts == 4
    assert report.accuracy == 0.75
    assert report.legal_recall == 1.0
    assert report.urgency_recall == 1.0
    assert report.urgency_false_alarms == round(1 / 3, 4)
