"""The real pipeline, trained once per run on the real corpus with a small catalogue."""

import fcntl
from pathlib import Path

import pytest

from classifiers.corpus import CORPUS_DIR
from classifiers.model import BrokenModel, Model, load
from classifiers.training import fingerprint, train, version_of
from classifiers.types import Catalogue, CategoryEntry, Gazetteer, StreetEntry

CACHE_DIR = Path(__file__).parents[2] / ".cache"


def entry(code: str, kind: str = "REPORT", **texts: str) -> CategoryEntry:
    """A category with names by language; urgency and danger words are separated by commas."""
    urgent, danger = texts.pop("urgent", ""), texts.pop("danger", "")
    return CategoryEntry(
        code=code,
        kind=kind,
        other_kinds=(),
        names=texts,
        descriptions={},
        urgency_words={"pl": tuple(urgent.split(", ")) if urgent else ()},
        danger_words={"pl": tuple(danger.split(", ")) if danger else ()},
    )


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue(
        (
            entry("road.pothole", pl="Dziura w jezdni", en="Pothole", uk="Яма на дорозі", urgent="wyrwa"),
            entry(
                "light",
                pl="Latarnia nie świeci",
                en="Street light out",
                uk="Не світить ліхтар",
                danger="iskrzy",
            ),
            entry("heat", pl="Ogrzewanie", en="Heating", uk="Опалення", urgent="nie ma ogrzewania"),
            entry("bus", "INFORMATION", pl="Autobusy", en="City buses", uk="Міські автобуси"),
            entry("play", pl="Plac zabaw", en="Playground", uk="Дитячий майданчик", urgent="ostry element"),
            entry("tax", "INFORMATION", pl="Podatki i opłaty", en="Taxes and fees", uk="Податки та збори"),
            entry("legal.complaint", "COMPLAINT", pl="Skarga", en="Complaint", uk="Скарга"),
            entry("legal.petition", "PETITION", pl="Petycja", en="Petition", uk="Петиція"),
        )
    )


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    names = (
        ("ul.", "Kolejowa"),
        ("ul.", "Dworcowa"),
        ("ul.", "11 Listopada"),
        ("ul.", "Wojska Polskiego"),
        ("ul.", "Stefana Batorego"),
        ("ul.", "Zielona"),
        ("pl.", "Wolności"),
        ("al.", "1 Maja"),
        ("ul.", "Jana Kowalskiego"),
        ("ul.", "Piotra Kowalskiego"),
    )
    streets = tuple(
        StreetEntry(number, prefix, name, "centre" if name == "Dworcowa" else None)
        for number, (prefix, name) in enumerate(names, start=1)
    )
    return Gazetteer(streets, (("zatorze", "Zatorze"), ("v_osiedle", "V Osiedle")))


@pytest.fixture(scope="session")
def model_dir(catalogue: Catalogue) -> Path:
    """A trained model. Kept by its fingerprint between the workers of a run and between runs."""
    models_dir = CACHE_DIR / "classifier-tests"
    models_dir.mkdir(parents=True, exist_ok=True)
    version = version_of(fingerprint(CORPUS_DIR, catalogue))
    with (models_dir / "training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            load(models_dir / version)
        except BrokenModel:
            train(CORPUS_DIR, catalogue, models_dir)
    return models_dir / version


@pytest.fixture(scope="session")
def model(model_dir: Path) -> Model:
    return load(model_dir)
