"""The command that shows what decisions teach: on a small corpus, with texts made up here."""

import json
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from cases.triage import catalogue
from classifiers.store import serving
from classifiers.store.models import ModelVersion
from classifiers.store.serving import Holder
from routing.models import Category
from tests.prepared import prepare_once
from tests.small_corpus import lay_down

pytestmark = pytest.mark.django_db

CORPUS = {"light": "Lampa nie świeci", "road.pothole": "Dziura w jezdni"}
#: Words that no corpus knows: only decisions can teach what they are about.
STREAM = {"lights": "kwaki mrugo zbywle", "roads": "trzmyga wybrzuch klepot"}


@pytest.fixture
def prepared(
    settings: Settings, tmp_path: Path, small_models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MODELS_DIR, settings.CORPUS_DIR = small_models_dir, tmp_path / "corpus"
    # Words that nobody knows are told from chatter only where the lines are drawn by all texts.
    lay_down(settings.CORPUS_DIR, [(text, code) for code, text in CORPUS.items()], each=1)
    Category.objects.exclude(code__in=CORPUS).update(is_active=False)
    prepare_once(catalogue(), timezone.now())
    monkeypatch.setattr(serving, "_holder", Holder())


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    rows = [
        {"id": f"{label}{number}", "lang": "pl", "label": label, "text": f"{words} numer {number}"}
        for label, words in STREAM.items()
        for number in range(40)
    ]
    (tmp_path / "texts.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "map.csv").write_text("catalogue,common\nlight,lights\nroad.pothole,roads\n")
    return {
        "texts": str(tmp_path / "texts.jsonl"),
        "map": str(tmp_path / "map.csv"),
        "json": str(tmp_path / "out.json"),
    }


def run(options: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    out = StringIO()
    arguments = [f"--{name}={value}" for name, value in {**options, **more}.items()]
    call_command("learning_curve", *arguments, stdout=out)
    return out.getvalue(), json.loads(Path(options["json"]).read_text())


def test_decisions_teach_beside_the_recipes_of_others(prepared: None, options: dict[str, Any]) -> None:
    said, report = run(options, sizes="0,30,500")
    before, after = report["sizes"]
    assert report["judged_by"] == 20
    assert (before["decided"], after["decided"]) == (0, 30)
    assert before["ours"]["accuracy"] < 0.9 < after["ours"]["accuracy"]
    assert set(before) == {"decided", "ours"}
    assert after["characters"]["accuracy"] > 0.9
    assert "signalen" in after
    assert "only 60 texts can teach: left out [500]" in said
    assert ModelVersion.objects.count() == 1


def test_without_scikit_learn_it_says_so_and_goes_on(
    prepared: None, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "bench._peers", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    said, report = run(options, sizes="30")
    assert "the recipes of others are left out" in said
    assert set(report["sizes"][0]) == {"decided", "ours"}


@pytest.mark.parametrize(("name", "value"), [("sizes", "many"), ("map", "/nowhere"), ("texts", "/nowhere")])
def test_what_cannot_be_read_is_refused(options: dict[str, Any], name: str, value: str) -> None:
    with pytest.raises(CommandError):
        run({**options, name: value})


def test_a_size_below_nought_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="nobody decides -5 texts"):
        run(options, sizes="0,-5")


@pytest.mark.parametrize("command", ["evaluate", "learning_curve"])
@pytest.mark.parametrize(("out", "why"), [("nowhere/out.json", "no directory"), ("", "is a directory")])
def test_figures_that_could_not_be_written_are_not_made(
    options: dict[str, Any], tmp_path: Path, command: str, out: str, why: str
) -> None:
    # No model is there: the refusal comes before one is waited for, and before the missing texts are read.
    arguments = [f"--texts={tmp_path / 'missing'}", f"--map={options['map']}", f"--json={tmp_path / out}"]
    with pytest.raises(CommandError, match=why):
        call_command(command, *arguments)
