"""Train a candidate from the corpus and what people decided, and compare it with the model that serves."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.services.candidates import learn
from cases.services.learning import keep_decisions
from classifiers.corpus import CorpusError
from classifiers.material import NothingToLearn
from classifiers.store.learning import NothingNew, TrainingRuns
from classifiers.store.models import ModelVersion

#: Training takes the processor from nobody who works.
NICE = 10
FIGURES = ("macro_f1", "accuracy", "coverage", "routed_precision", "legal_recall")


class Command(BaseCommand):
    help = (
        "Train a candidate from the corpus and the decisions of people, compare it with the serving model on the "
        "validation texts and the newest decisions, and let it read in the shadow."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--nightly",
            action="store_true",
            help="give way to others; that there is nothing new is no failure",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["nightly"]:
            os.nice(NICE)
        keep_decisions(timezone.now())
        try:
            self._tell(learn(timezone.now()))
        except (NothingNew, TrainingRuns) as reason:
            if not options["nightly"]:
                raise CommandError(f"nothing trained: {reason}") from reason
            self.stdout.write(f"nothing trained: {reason}")
        except (CorpusError, NothingToLearn) as error:
            raise CommandError(str(error)) from error

    def _tell(self, row: ModelVersion) -> None:
        counts = row.manifest["examples"]
        self.stdout.write(
            f"version {row.version}: {counts['sentences']} sentences, {counts['corrections']} decisions"
        )
        for name, report in row.report.items():
            figures = {figure: format(report[figure], ".3f") for figure in FIGURES}
            self.stdout.write(f"  {name}, {report['texts']} texts: {figures}")
        for finding in row.verdict.get("findings", []):
            mark = "ok" if finding["is_met"] else "NO"
            self.stdout.write(
                f"  {mark:4}{finding['code']:18}{finding['category']:20}"
                f"{finding['candidate']:.4f} (serving {finding['serving']:.4f})"
            )
        self.stdout.write(f"{'serves' if row.is_serving else 'reads in the shadow'}")
