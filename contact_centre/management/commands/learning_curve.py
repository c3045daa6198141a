"""Show how much better the classifier reads a stream of texts once people decided some of them."""

import json
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cases.triage import catalogue
from classifiers.corpus import CORPUS_DIR
from classifiers.curve import decide, split
from classifiers.evaluation import BadTexts, Labelled, check_output, evaluate, mark, read_mapping, read_texts
from classifiers.model import Model, load
from classifiers.store import serving
from classifiers.training import train

MODEL_WAIT_SECONDS = 60.0
#: Recipes of others; they need scikit-learn, which only the environment of the developers has.
PEERS = "bench._peers"
Groups = Sequence[frozenset[str]]
Row = dict[str, Any]


class Command(BaseCommand):
    help = (
        "Teach throwaway models with the first N of the texts as if people had decided them, and judge each by a "
        "quarter that never teaches. Nothing is kept and nothing is promoted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--texts", type=Path, required=True, help="JSON lines {id, text, lang, label}")
        parser.add_argument("--map", type=Path, required=True, help="CSV with the columns catalogue,common")
        parser.add_argument("--sizes", default="0,250,1000,2500", metavar="N,N", help="how many were decided")
        parser.add_argument(
            "--group", action="append", default=[], metavar="A,B", help="labels that count as one"
        )
        parser.add_argument(
            "--without-suspect", action="store_true", help="leave rows with label_suspect out"
        )
        parser.add_argument("--json", type=Path, metavar="OUT", help="where to write the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        groups = [frozenset(group.split(",")) for group in options["group"]]
        try:
            check_output(options["json"])
            sizes = _sizes(options["sizes"])
            mapping = read_mapping(options["map"])
            texts = read_texts(options["texts"], without_suspect=options["without_suspect"])
            model = serving.require(MODEL_WAIT_SECONDS)
        except (BadTexts, serving.NoModel, ValueError) as error:
            raise CommandError(str(error)) from error
        teachers, judges = split(texts, frozenset(mapping.values()))
        if not judges:
            raise CommandError("too few texts with a label of the mapping")
        peers = self._peers()
        rows = []
        for size in (size for size in sizes if size <= len(teachers)):
            taught = teachers[:size]
            row = {"decided": size, "ours": _ours(model, taught, judges, mapping, groups)}
            if size:
                row |= {name: _peer(make, taught, judges, groups) for name, make in peers.items()}
            self._tell(row)
            rows.append(row)
        if left_out := [size for size in sizes if size > len(teachers)]:
            self.stdout.write(f"only {len(teachers)} texts can teach: left out {left_out}")
        if options["json"]:
            report = {"judged_by": len(judges), "sizes": rows}
            options["json"].write_text(json.dumps(report, indent=1), encoding="utf-8")

    def _peers(self) -> Mapping[str, Callable[[], Any]]:
        try:
            peers: Mapping[str, Callable[[], Any]] = import_module(PEERS).PEERS
        except ImportError as error:
            self.stdout.write(f"the recipes of others are left out: {error} (run with .venv-dev/bin/python)")
            return {}
        return peers

    def _tell(self, row: Row) -> None:
        for name, marks in row.items():
            if isinstance(marks, dict):
                figures = f"macro F1 {marks['macro_f1']:.3f}  accuracy {marks['accuracy']:.3f}"
                self.stdout.write(f"{row['decided']:6} decided  {name:12}{figures}")


def _sizes(written: str) -> list[int]:
    sizes = sorted({int(size) for size in written.split(",")})
    if sizes[0] < 0:
        raise ValueError(f"nobody decides {sizes[0]} texts")
    return sizes


def _ours(
    model: Model,
    taught: Sequence[Labelled],
    judges: Sequence[Labelled],
    mapping: Mapping[str, str],
    groups: Groups,
) -> Row:
    decided = [example for text in taught if (example := decide(text, model, mapping)) is not None]
    with tempfile.TemporaryDirectory(prefix="learning-curve-") as directory:
        corpus = Path(getattr(settings, "CORPUS_DIR", None) or CORPUS_DIR)
        version = train(corpus, catalogue(), Path(directory), decided)
        after = load(Path(directory) / version)
    report = evaluate(after, catalogue(), judges, mapping, groups)
    own = after.manifest["validation"]
    return {
        "macro_f1": report["macro_f1"],
        "accuracy": report["accuracy"],
        "decided": len(decided),
        "own_validation_macro_f1": own.get("macro_f1"),
    }


def _peer(
    make: Callable[[], Any], taught: Sequence[Labelled], judges: Sequence[Labelled], groups: Groups
) -> Row:
    pipeline = make().fit([(text.text, text.language) for text in taught], [text.label for text in taught])
    guesses = pipeline.predict([(text.text, text.language) for text in judges])
    marks = mark([text.label for text in judges], [str(guess) for guess in guesses], groups)
    return {name: marks[name] for name in ("macro_f1", "accuracy")}
