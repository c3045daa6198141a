"""Why: the words that decided, and one sentence about them for the agent and one for the resident."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.bags import Bag
from classifiers.linear import Floats
from classifiers.normalise import Token
from classifiers.types import DEFAULT_LANGUAGE, CategorySuggestion, Word

_MOST_WORDS = 5
_LEAST_SHARE = 0.05

_FOR_AGENT = {
    "pl": "{name} ({percent} %): {words}.",
    "en": "{name} ({percent} %): {words}.",
    "uk": "{name} ({percent} %): {words}.",
}
_NO_WORDS = {"pl": "brak znanych słów", "en": "no known words", "uk": "немає знайомих слів"}
_FOR_RESIDENT = {
    "pl": "Przekazaliśmy sprawę do: {department}, bo piszesz o: {words}.",
    "en": "We passed this to {department} because you write about: {words}.",
    "uk": "Ми передали справу до: {department}, бо ви пишете про: {words}.",
}
_FOR_RESIDENT_WITHOUT_WORDS = {
    "pl": "Przekazaliśmy sprawę do: {department}.",
    "en": "We passed this to {department}.",
    "uk": "Ми передали справу до: {department}.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of a text as a bag, with the tokens that the units of the bag point at."""

    tokens: Sequence[Token]
    bag: Bag


def deciding_words(evidence: Evidence, pull: Floats) -> tuple[Word, ...]:
    """The words that spoke most for a result, each with its share of all that spoke for it; strongest first.

    A word carries its own pull and an equal part of that of each pair it belongs to: in a linear model this is exact.
    """
    by_token: dict[int, float] = {}
    for unit, strength in zip(evidence.bag.units, pull.tolist(), strict=True):
        for position in unit.tokens:
            by_token[position] = by_token.get(position, 0.0) + strength / len(unit.tokens)
    total = sum(strength for strength in by_token.values() if strength > 0)
    shares = [(strength / total, position) for position, strength in by_token.items() if strength > 0]
    strongest = sorted(shares, key=lambda pair: (-pair[0], pair[1]))[:_MOST_WORDS]
    return tuple(
        _word(evidence.tokens[at], round(share, 4)) for share, at in strongest if share >= _LEAST_SHARE
    )


def equal_shares(tokens: Sequence[Token]) -> tuple[Word, ...]:
    """The words as evidence of equal weight: what was found by rule has no score to share out."""
    return tuple(_word(token, round(1 / len(tokens), 4)) for token in tokens)


def sentence_for_agent(suggestion: CategorySuggestion, names: Mapping[str, str], language: str) -> str:
    """Category, probability and the words with their shares, in the agent's language."""
    language = language if language in _FOR_AGENT else DEFAULT_LANGUAGE
    words = ", ".join(f"{word.text} {round(100 * word.share)} %" for word in suggestion.words)
    name = names.get(language) or names.get(DEFAULT_LANGUAGE) or suggestion.code
    percent = round(100 * suggestion.probability)
    return _FOR_AGENT[language].format(name=name, percent=percent, words=words or _NO_WORDS[language])


def sentence_for_resident(suggestion: CategorySuggestion, department: str, language: str) -> str:
    """One plain sentence: where the matter went and which of the resident's own words sent it there."""
    language = language if language in _FOR_RESIDENT else DEFAULT_LANGUAGE
    words = ", ".join(dict.fromkeys(word.text.lower() for word in suggestion.words[:3]))
    template = _FOR_RESIDENT[language] if words else _FOR_RESIDENT_WITHOUT_WORDS[language]
    return template.format(department=department, words=words)


def _word(token: Token, share: float) -> Word:
    return Word(token.text, token.start, token.end, share)
