"""From a text to an understanding: the one entrance for those who use this room."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from classifiers.categories import label_of, suggest
from classifiers.explain import Evidence, telling_words
from classifiers.kinds import find_markers, judge_kind, legal_topics
from classifiers.noncases import judge_noncase
from classifiers.normalise import Prepared, prepare
from classifiers.places import find_place
from classifiers.scoring import Scored
from classifiers.telling import tellable
from classifiers.types import Catalogue, CategorySuggestion, Gazetteer, Understanding, Word
from classifiers.urgency import judge_urgency

if (
    TYPE_CHECKING
):  # The model brings spaCy, which takes a second to import: those who only call need not wait.
    from classifiers.model import Model

#: What stands beyond is not read: nobody needs so many words to say what it is about.
MOST_CHARACTERS = 20_000


def understand(
    text: str, *, catalogue: Catalogue, gazetteer: Gazetteer, model: "Model", language_hint: str | None = None
) -> Understanding:
    """What the text says, with the words that decided; offsets point into the text as it was given.

    Never raises for any text. A text without words has no category and may be legal: a person has to look.
    """
    prepared = prepare(text, MOST_CHARACTERS)
    language, certainty = model.language.detect(prepared.text, language_hint)
    reading = model.read(prepared.text, language)
    evidence = Evidence(reading.tokens, reading.bag)
    categories = suggest(evidence, reading.categories, catalogue)
    limits, markers = model.limits, find_markers(reading.tokens, language)
    place = find_place(prepared.text, reading.tokens, gazetteer)
    understanding = Understanding(
        language=language,
        language_probability=certainty,
        categories=categories,
        is_sure=bool(categories) and categories[0].probability >= limits.of_category(categories[0].code),
        kind=judge_kind(
            evidence,
            reading.kinds,
            limits.legal_marked if markers else limits.legal,
            legal_topics(catalogue, categories),
            markers,
        ),
        urgency=judge_urgency(evidence, reading.urgencies, limits.urgent, catalogue, categories, language),
        noncase=judge_noncase(evidence, reading.noncases, limits.noncase),
        place=place,
        model_version=model.version,
        reasons=_reasons(
            evidence,
            reading.categories,
            catalogue,
            categories,
            tellable(prepared.text, reading.tokens, place),
        ),
    )
    return (
        understanding if prepared.origins is None else _with_original_offsets(understanding, prepared, text)
    )


def _reasons(
    evidence: Evidence,
    scored: Scored,
    catalogue: Catalogue,
    categories: Sequence[CategorySuggestion],
    allowed: Set[int],
) -> tuple[Word, ...]:
    if not categories:
        return ()
    return telling_words(evidence, scored.pull(label_of(scored, catalogue, categories[0].code)), allowed)


def _with_original_offsets(found: Understanding, prepared: Prepared, text: str) -> Understanding:
    def moved(words: tuple[Word, ...]) -> tuple[Word, ...]:
        spans = ((word, prepared.original_span(word.start, word.end)) for word in words)
        return tuple(
            replace(word, text=text[start:end], start=start, end=end) for word, (start, end) in spans
        )

    place = found.place.moved(prepared.original_span) if found.place is not None else None
    return replace(
        found,
        categories=tuple(replace(category, words=moved(category.words)) for category in found.categories),
        kind=replace(found.kind, words=moved(found.kind.words)),
        urgency=replace(found.urgency, words=moved(found.urgency.words)),
        noncase=found.noncase and replace(found.noncase, words=moved(found.noncase.words)),
        place=place,
        reasons=tuple(_at_origin(word, prepared) for word in found.reasons),
    )


def _at_origin(word: Word, prepared: Prepared) -> Word:
    """The word where it stands in the original, but without the marks in it that turn text around."""
    start, end = prepared.original_span(word.start, word.end)
    return replace(word, start=start, end=end)
