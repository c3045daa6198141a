"""How urgent: by the words of danger and urgency that the catalogue names, and by what the model learnt."""

from collections.abc import Sequence

from classifiers.explain import Evidence, deciding_words, equal_shares
from classifiers.normalise import Token, distinct
from classifiers.phrases import find_phrases
from classifiers.scoring import Scored
from classifiers.types import DANGER, NORMAL, URGENT, Catalogue, CategorySuggestion, UrgencyFinding

#: A category's own urgency words count when the text is at least so likely to be about it.
_LEAST_PROBABILITY = 0.1
#: Words alone raise the flag where the model finds it at least a third as likely as it would have to by itself.
_WITH_WORDS = 1 / 3


def judge_urgency(
    evidence: Evidence,
    scored: Scored,
    threshold: float,
    catalogue: Catalogue,
    suggestions: Sequence[CategorySuggestion],
    language: str,
) -> UrgencyFinding:
    """URGENT or DANGER when the model finds them together likely enough; the words of the catalogue lower the line.

    Danger words count whatever the text is about: to see one too many costs a look, to miss one may cost more.
    """
    likely = 1.0 - scored.of(NORMAL)
    level, words = _by_words(evidence.tokens, catalogue, suggestions, language)
    if level != NORMAL and likely >= threshold * _WITH_WORDS:
        return UrgencyFinding(level, equal_shares(words))
    if not evidence.tokens or likely < threshold:
        return UrgencyFinding(NORMAL, ())
    level = DANGER if scored.of(DANGER) > scored.of(URGENT) else URGENT
    return UrgencyFinding(level, deciding_words(evidence, scored.pull(scored.labels.index(level))))


def _by_words(
    tokens: Sequence[Token], catalogue: Catalogue, suggestions: Sequence[CategorySuggestion], language: str
) -> tuple[str, tuple[Token, ...]]:
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
            return level, found
    return NORMAL, ()
