"""Show what the classifier reads out of a text, and why."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.triage import catalogue, gazetteer
from classifiers.explain import sentence_for_agent
from classifiers.store import serving
from classifiers.types import CategoryEntry, Understanding
from classifiers.understand import understand

MODEL_WAIT_SECONDS = 60.0


class Command(BaseCommand):
    help = (
        "Read a text as triage would: language, category, kind, urgency, place, and the words that decided."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="the text; - reads it from standard input")
        parser.add_argument(
            "--language", choices=["pl", "en", "uk"], help="the language of the page it came by"
        )
        parser.add_argument("--json", action="store_true", help="everything, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        text = sys.stdin.read() if options["text"] == "-" else options["text"]
        try:
            model = serving.require(MODEL_WAIT_SECONDS)
        except serving.NoModel as error:
            raise CommandError(f"No model to read with: {error}") from error
        rows = catalogue()
        found = understand(
            text, catalogue=rows, gazetteer=gazetteer(), model=model, language_hint=options["language"]
        )
        if options["json"]:
            self.stdout.write(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
            return
        entries = {entry.code: entry for entry in rows.categories}
        for line in _lines(found, entries):
            self.stdout.write(line)


def _lines(found: Understanding, entries: dict[str, CategoryEntry]) -> list[str]:
    lines = [f"language  {found.language} ({found.language_probability:.2f})"]
    for number, suggestion in enumerate(found.categories):
        sure = " (sure)" if found.is_sure and number == 0 else ""
        sentence = sentence_for_agent(suggestion, entries[suggestion.code].names, found.language)
        lines.append(f"category  {suggestion.code}{sure}: {sentence}")
    legal = ", may be a matter of law" if found.kind.may_be_legal else ""
    lines.append(
        f"kind      {found.kind.kind} ({found.kind.probability:.2f}){legal}{_words(found.kind.words)}"
    )
    lines.append(f"urgency   {found.urgency.level}{_words(found.urgency.words)}")
    if found.noncase is not None:
        lines.append(f"no case?  {found.noncase.kind} ({found.noncase.probability:.2f})")
    if found.place is not None:
        lines.append(f"place     {found.place.street_name} {found.place.house_number}".rstrip())
    return [*lines, f"model     {found.model_version}"]


def _words(words: Any) -> str:
    return f": {', '.join(word.text for word in words)}" if words else ""
