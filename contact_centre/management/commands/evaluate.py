"""Measure the serving classifier on labelled texts from outside."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.triage import catalogue
from classifiers.evaluation import BadTexts, check_output, evaluate, read_mapping, read_texts
from classifiers.store import serving

MODEL_WAIT_SECONDS = 60.0
FIGURES = ("texts", "accuracy", "macro_f1", "coverage", "routed_precision", "ece", "texts_per_second")


class Command(BaseCommand):
    help = "Measure the serving classifier on labelled texts: rows {id, text, lang, label}, labels mapped by a CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--texts", type=Path, required=True, help="JSON lines")
        parser.add_argument("--map", type=Path, required=True, help="CSV with the columns catalogue,common")
        parser.add_argument(
            "--group",
            action="append",
            default=[],
            metavar="A,B",
            help="labels that count as one; may be repeated",
        )
        parser.add_argument(
            "--without-suspect", action="store_true", help="leave rows with label_suspect out"
        )
        parser.add_argument(
            "--json", type=Path, metavar="OUT", help="where to write all figures and predictions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        groups = [frozenset(group.split(",")) for group in options["group"]]
        try:
            check_output(options["json"])
            texts = read_texts(options["texts"], without_suspect=options["without_suspect"])
            mapping = read_mapping(options["map"])
            report = evaluate(serving.require(MODEL_WAIT_SECONDS), catalogue(), texts, mapping, groups)
        except (BadTexts, serving.NoModel) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            options["json"].write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        for name in FIGURES:
            self.stdout.write(f"{name:18}{report[name]}")
        for label, row in report["per_label"].items():
            self.stdout.write(
                f"  {label:32}{row['texts']:6}  precision {row['precision']:.2f}  recall {row['recall']:.2f}"
            )
