import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from classifiers.concepts import load_concepts
from classifiers.corpus import CorpusError, Example, from_vocabulary
from classifiers.material import NothingToLearn, read_words
from classifiers.model import BrokenModel, Model, file_digest, load
from classifiers.normalise import prepare
from classifiers.training import fingerprint, read_validation, train
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


def write_corpus(directory: Path) -> Path:
    (directory / "pl").mkdir(parents=True)
    rows = [{"text": text, "label": label, "kind": kind, "urgency": "NORMAL"} for text, label, kind in ROWS]
    (directory / "pl" / "part.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return directory


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


@pytest.fixture(scope="module")
def few(catalogue: Catalogue) -> Catalogue:
    return Catalogue(
        tuple(e for e in catalogue.categories if e.code in {"road.pothole", "light", "legal.complaint"})
    )


@pytest.fixture(scope="module")
def trained(few: Catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What that corpus gives, alone in its directory: to be looked at, not to be changed."""
    corpus, models = write_corpus(tmp_path_factory.mktemp("rows")), tmp_path_factory.mktemp("models")
    return models / train(corpus, few, models)


@pytest.fixture
def own_trained(trained: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copytree(trained, tmp_path / trained.name)


def test_training_is_repeatable_to_the_bit(
    corpus: Path, few: Catalogue, trained: Path, tmp_path: Path
) -> None:
    assert train(corpus, few, tmp_path) == trained.name
    manifests = [
        (place / trained.name / "manifest.json").read_bytes() for place in (tmp_path, trained.parent)
    ]
    assert manifests[0] == manifests[1]


def test_no_pickle_and_nothing_unfinished_is_left(trained: Path) -> None:
    assert [path.name for path in trained.parent.iterdir()] == [trained.name]
    for path in trained.glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)


def test_the_fingerprint_follows_corpus_and_catalogue(corpus: Path, few: Catalogue) -> None:
    first = fingerprint(corpus, few)
    assert fingerprint(corpus, few) == first
    assert fingerprint(corpus, Catalogue(few.categories[:2])) != first
    with (corpus / "pl" / "part.jsonl").open("a") as file:
        file.write("\n")
    assert fingerprint(corpus, few) != first


def test_what_people_decided_teaches_and_gives_a_version_of_its_own(
    corpus: Path, few: Catalogue, trained: Path, tmp_path: Path
) -> None:
    decided = [Example("Kwaki na moście znowu", "pl", "light"), Example("Kwaki pod szkołą", "pl", "light")]
    unknown = Example("Kwaki za szkołą", "pl", "no.such.category")
    version = train(corpus, few, tmp_path, [*decided, unknown])
    before, after = load(trained), load(tmp_path / version)
    assert [model.manifest["examples"]["corrections"] for model in (before, after)] == [0, 2]
    said = [model.read("kwaki", "pl").categories.of("light") for model in (before, after)]
    assert said[1] > said[0] + 0.1
    assert train(corpus, few, tmp_path, decided[:1]) not in (trained.name, version)


def test_a_correction_of_less_worth_teaches_less(corpus: Path, few: Catalogue, tmp_path: Path) -> None:
    pulls = []
    for worth in (0.05, 1.0):
        decided = [Example(f"Kwaki {where}", "pl", "light", worth=worth) for where in ("tu", "tam")]
        scored = load(tmp_path / train(corpus, few, tmp_path, decided)).read("kwaki", "pl").categories
        pulls.append(float(scored.pull(scored.labels.index("light")).sum()))
    assert 0 < pulls[0] < pulls[1]


def test_a_bad_line_is_named(corpus: Path, few: Catalogue, tmp_path: Path) -> None:
    (corpus / "pl" / "bad.jsonl").write_text('{"text": "bez etykiety"}\n')
    with pytest.raises(CorpusError, match=r"bad\.jsonl, line 1"):
        train(corpus, few, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_an_empty_catalogue_teaches_nothing(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToLearn):
        train(corpus, Catalogue(()), tmp_path / "models")


def test_without_a_corpus_words_and_sayings_suggest_all_the_same(tmp_path: Path, few: Catalogue) -> None:
    version = train(tmp_path / "nothing", few, tmp_path / "models")
    model = load(tmp_path / "models" / version)
    found = understand("dziura w drodze", catalogue=few, gazetteer=Gazetteer((), ()), model=model)
    assert found.categories[0].code == "road.pothole"


def test_a_category_that_validation_never_met_is_never_sure(model: Model) -> None:
    assert model.limits.of_category("no.such.category") > 1


@pytest.mark.parametrize("name", ["manifest.json", "weights.npz", "lexicon.json", "concepts.json"])
def test_a_missing_or_changed_file_is_a_broken_model(own_trained: Path, name: str) -> None:
    (own_trained / name).write_bytes(b"{}")
    with pytest.raises(BrokenModel):
        load(own_trained)
    (own_trained / name).unlink()
    with pytest.raises(BrokenModel):
        load(own_trained)


def test_a_model_reads_words_as_they_were_read_when_it_was_trained(
    model: Model, model_dir: Path, catalogue: Catalogue
) -> None:
    lexicon = {
        word: tuple(forms) for word, forms in json.loads((model_dir / "lexicon.json").read_text()).items()
    }
    texts = read_validation(catalogue)[::7]
    taught = read_words(texts, lexicon, load_concepts())
    assert any(token.concepts for words in taught for token in words)
    assert any(token.phrases for words in taught for token in words)
    for example, words in zip(texts, taught, strict=True):
        assert model.read(prepare(example.text, 5_000).text, example.language).tokens == words


def test_a_model_knows_the_concepts_that_it_was_trained_with(own_trained: Path) -> None:
    concepts = json.loads((own_trained / "concepts.json").read_text())
    concepts["pl"]["words"]["kwaki"] = ["quacks"]
    (own_trained / "concepts.json").write_text(json.dumps(concepts))
    manifest = json.loads((own_trained / "manifest.json").read_text())
    manifest["files"]["concepts.json"] = file_digest(own_trained / "concepts.json")
    (own_trained / "manifest.json").write_text(json.dumps(manifest))
    [token] = load(own_trained).read("kwaki", "pl").tokens
    assert token.concepts == ("quacks",)


def test_the_typical_words_belong_to_categories_of_the_catalogue(catalogue: Catalogue) -> None:
    examples = from_vocabulary(catalogue)
    codes = {entry.code for entry in catalogue.categories}
    assert {(example.label, example.language) for example in examples} == {
        (code, language) for code in codes for language in ("pl", "en", "uk")
    }


def test_the_figures_of_texts_that_it_never_saw_are_good_where_there_are_few_categories(model: Model) -> None:
    figures = model.manifest["validation"]
    assert figures["macro_f1"] > 0.9
    assert figures["precision"] >= 0.95
    assert figures["coverage"] > 0.4
    assert figures["legal_recall"] >= 0.95
    table = model.manifest["reliability"]
    off = sum(abs(said - right) * texts for said, right, texts in table) / sum(texts for *_, texts in table)
    assert figures["calibration_error"] == pytest.approx(off, abs=0.001)
    # Few texts by calibrations that did not see them: this is not the error that is left on the very same texts.
    assert 0.0 < figures["calibration_error"] < 0.15
