"""Show what the classifier reads out of a text, and why."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from cases.models import Case, Channel
from cases.queries.reading import Hold, RouteReason, holds_of, route_reasons
from cases.triage import Decision, catalogue, decide
from classifiers.explain import sentence_for_agent
from classifiers.store import serving
from classifiers.types import CategoryEntry, Understanding
from routing.models import Department, Kind


class Command(BaseCommand):
    help = (
        "Read a text as triage would: language, category, kind, urgency, place, the words that decided, and what would"
        " happen to it, had a resident sent it by the form."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="the text; - reads it from standard input")
        parser.add_argument(
            "--language", choices=["pl", "en", "uk"], help="the language of the page it came by"
        )
        parser.add_argument("--json", action="store_true", help="everything, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        text = sys.stdin.read() if options["text"] == "-" else options["text"]
        case = Case(channel=Channel.WEB, description=text, language=options["language"] or "")
        try:
            decision = decide(case)
        except serving.NoModel as error:
            raise CommandError(f"No model to read with: {error}") from error
        found = decision.understanding
        with translation.override("en"):
            outcome = _outcome(decision)
        if options["json"]:
            plain = {
                **found.to_dict(),
                "is_language_known": found.is_language_known,
                "is_routed": decision.is_routed,
                "department": decision.choice.department,
                "held": [str(reason) for reason in decision.held],
                "outcome": outcome,
            }
            self.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2))
            return
        entries = {entry.code: entry for entry in catalogue().categories}
        for line in (*_lines(found, entries), outcome):
            self.stdout.write(line)


def _outcome(decision: Decision) -> str:
    """What would happen and why, in the words of the case page."""
    if not decision.is_routed:
        holds = holds_of(decision.held, decision.understanding.to_dict())
        return f"Left for a person because: {'; '.join(map(_hold_words, holds))}."
    department = Department.objects.get(code=decision.choice.department)
    plain = [{"code": r.code, "rule": r.rule, "words": r.words} for r in decision.choice.reasons]
    reasons = " ".join(map(_route_words, route_reasons(plain)))
    return f"Passed on to {department.label} because: {reasons}"


def _hold_words(hold: Hold) -> str:
    return f"{hold.reason} ({', '.join(hold.words)})" if hold.words else hold.reason


def _route_words(reason: RouteReason) -> str:
    sentence = reason.sentence or _("This department looks after the category.")
    return f"{sentence} ({', '.join(reason.words)})" if reason.words else sentence


def _lines(found: Understanding, entries: dict[str, CategoryEntry]) -> list[str]:
    language = found.language if found.is_language_known else f"unknown, read as {found.language}"
    lines = [f"language  {language} ({found.language_probability:.2f})"]
    for number, suggestion in enumerate(found.categories):
        sure = " (sure)" if found.is_sure and number == 0 else ""
        sentence = sentence_for_agent(suggestion, entries[suggestion.code].names, found.language)
        lines.append(f"category  {suggestion.code}{sure}: {sentence}")
    # Words that speak for a report say nothing of why it may be a matter of law all the same.
    lines.append(f"kind      {found.kind.kind} ({found.kind.probability:.2f}){_words(found.kind.words)}")
    if found.kind.may_be_legal and not Kind(found.kind.kind).is_legal:
        lines.append("law       not sure enough that it is only that")
    lines.append(f"urgency   {found.urgency.level}{_words(found.urgency.words)}")
    if found.noncase is not None:
        lines.append(f"no case?  {found.noncase.kind} ({found.noncase.probability:.2f})")
    if found.place is not None:
        lines.append(f"place     {found.place.street_name} {found.place.house_number}".rstrip())
    return [*lines, f"model     {found.model_version}"]


def _words(words: Any) -> str:
    return f": {', '.join(word.text for word in words)}" if words else ""
