"""How urgent: by the words of danger and urgency that the catalogue names, not by guessing."""

from collections.abc import Sequence

from classifiers.explain import equal_shares
from classifiers.normalise import Token, distinct
from classifiers.phrases import find_phrases
from classifiers.types import DANGER, NORMAL, URGENT, Catalogue, CategorySuggestion, UrgencyFinding

#: A category's own urgency words count when the text is at least so likely to be about it.
_LEAST_PROBABILITY = 0.1


def judge_urgency(
    tokens: Sequence[Token],
    catalogue: Catalogue,
    suggestions: Sequence[CategorySuggestion],
    language: str,
) -> UrgencyFinding:
    """DANGER by the danger words of any category, URGENT by the urgency words of the likely ones, else NORMAL.

    Danger words count whatever the text is about: to see one too many costs a look, to miss one may cost more.
    """
    likely = {suggestion.code for suggestion in suggestions[:1]}
    likely |= {suggestion.code for suggestion in suggestions if suggestion.probability >= _LEAST_PROBABILITY}
    urgency_words: list[str] = []
    danger_words: list[str] = []
    for entry in catalogue.categories:
        danger_words += entry.danger_words.get(language, ())
        if entry.code in likely:
            urgency_words += entry.urgency_words.get(language, ())
    for level, words in ((DANGER, danger_words), (URGENT, urgency_words)):
        found = find_phrases(distinct(words), tokens, language)
        if found:
            return UrgencyFinding(level, equal_shares(found))
    return UrgencyFinding(NORMAL, ())
