"""The learning curve: how much better a model reads a stream of texts after people decided so many of them."""

import hashlib
from collections.abc import Mapping, Sequence

from classifiers.corpus import Example
from classifiers.evaluation import Labelled
from classifiers.model import Model
from classifiers.normalise import prepare
from classifiers.understand import MOST_CHARACTERS


def split(
    texts: Sequence[Labelled], labels: frozenset[str]
) -> tuple[tuple[Labelled, ...], tuple[Labelled, ...]]:
    """The texts with one of the labels in an order of chance that is always the same: those to teach with, and the
    quarter to judge by, which never teaches."""
    ordered = sorted((text for text in texts if text.label in labels), key=_chance)
    judges = len(ordered) // 4
    return tuple(ordered[judges:]), tuple(ordered[:judges])


def decide(text: Labelled, model: Model, mapping: Mapping[str, str]) -> Example | None:
    """What a person would decide who knows the text's label and chooses among the categories that the model suggests:
    the likeliest of those that have this label. None when the model knows no such category."""
    prepared = prepare(text.text, MOST_CHARACTERS).text
    language, _ = model.language.detect(prepared)
    scored = model.categories(prepared, language)
    codes = [code for code in scored.labels if mapping.get(code) == text.label]
    return Example(text.text, language, max(codes, key=scored.of)) if codes else None


def _chance(text: Labelled) -> bytes:
    return hashlib.sha256(text.id.encode()).digest()
