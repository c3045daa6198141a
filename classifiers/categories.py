"""What a text is about: the likeliest categories, with the words that speak for each."""

from classifiers.explain import Evidence, deciding_words
from classifiers.scoring import Scored
from classifiers.types import Catalogue, CategorySuggestion

SUGGESTIONS = 3


def suggest(evidence: Evidence, scored: Scored, catalogue: Catalogue) -> tuple[CategorySuggestion, ...]:
    """At most three categories that are in use today, likeliest first; none for a text without words.

    The probability is the model's own: that of a category out of use is not shared out among the others. One that was
    merged into another since the training adds to the other; the words are those of the likelier of the two.
    """
    if not evidence.has_words:
        return ()
    labels = _labels_of_today(scored, catalogue)
    ranked = sorted(labels, key=lambda code: -_probability(scored, labels[code]))
    return tuple(
        CategorySuggestion(
            code=code,
            probability=round(_probability(scored, labels[code]), 4),
            words=deciding_words(evidence, scored.pull(labels[code][0])),
        )
        for code in ranked[:SUGGESTIONS]
    )


def label_of(scored: Scored, catalogue: Catalogue, code: str) -> int:
    """The number of the likeliest label of the model that stands for a suggested code today."""
    return _labels_of_today(scored, catalogue)[code][0]


def _labels_of_today(scored: Scored, catalogue: Catalogue) -> dict[str, list[int]]:
    """For each code in use the model's labels that stand for it, the likeliest first."""
    active = {entry.code for entry in catalogue.categories}
    found: dict[str, list[int]] = {}
    for label in scored.best(len(scored.labels)):
        code = catalogue.today(scored.labels[label])
        if code in active:
            found.setdefault(code, []).append(label)
    return found


def _probability(scored: Scored, labels: list[int]) -> float:
    return min(1.0, float(sum(scored.probabilities[label] for label in labels)))
