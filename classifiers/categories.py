"""What a text is about: the likeliest categories, with the words that speak for each."""

from classifiers.explain import Evidence, deciding_words
from classifiers.scoring import Scored
from classifiers.types import CategorySuggestion

SUGGESTIONS = 3


def suggest(evidence: Evidence, scored: Scored, active: frozenset[str]) -> tuple[CategorySuggestion, ...]:
    """At most three categories that are in use today, likeliest first; none for a text without words.

    The probability is the model's own: that of a category out of use is not shared out among the others.
    """
    if not evidence.tokens:
        return ()
    ranked = (label for label in scored.best(len(scored.labels)) if scored.labels[label] in active)
    return tuple(
        CategorySuggestion(
            code=scored.labels[label],
            probability=round(float(scored.probabilities[label]), 4),
            words=deciding_words(evidence, scored.pull(label)),
        )
        for label, _ in zip(ranked, range(SUGGESTIONS), strict=False)
    )
