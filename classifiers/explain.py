"""Why: the words that decided, and one sentence about them for the agent and one for the resident."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from classifiers.bags import Bag
from classifiers.linear import Floats
from classifiers.normalise import Token
from classifiers.types import DEFAULT_LANGUAGE, CategorySuggestion, Word

_MOST_WORDS = 5
_MOST_TOLD = 3
_LEAST_SHARE = 0.05

_FOR_AGENT = {
    "pl": "{name} ({percent} %): {words}.",
    "en": "{name} ({percent} %): {words}.",
    "uk": "{name} ({percent} %): {words}.",
}
_NO_WORDS = {"pl": "brak znanych słów", "en": "no known words", "uk": "немає знайомих слів"}
_FOR_RESIDENT = {
    "pl": "Przekazaliśmy do: {department}, bo piszesz o: {words}.",
    "en": "We passed it to: {department}, because you write about: {words}.",
    "uk": "Ми передали до: {department}, бо ви пишете про: {words}.",
}
_FOR_RESIDENT_BY_TOPIC = {
    "pl": "Przekazaliśmy do: {department}, bo w zgłoszeniu wybrano temat: {topic}.",
    "en": "We passed it to: {department}, because the topic chosen in the report is: {topic}.",
    "uk": "Ми передали до: {department}, бо у зверненні вибрано тему: {topic}.",
}
_FOR_RESIDENT_WITHOUT_WORDS = {
    "pl": "Przekazaliśmy do: {department}.",
    "en": "We passed it to: {department}.",
    "uk": "Ми передали до: {department}.",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of a text as a bag, with the tokens that the units of the bag point at."""

    tokens: Sequence[Token]
    bag: Bag

    @property
    def has_words(self) -> bool:
        """Whether there is any word of at least two letters: numbers and single letters say nothing."""
        return any(sum(map(str.isalpha, token.text)) > 1 for token in self.tokens)


def deciding_words(evidence: Evidence, pull: Floats) -> tuple[Word, ...]:
    """The words that spoke most for a result, each with its share of all that spoke for it; strongest first.

    The pulls of all units and that of the biases sum to what the label scores above the average label, so nothing
    else has a say. A word is credited with its own pull and an equal part of that of each pair or phrase it belongs
    to; its share is this credit divided by the credits of all words whose credit is above nought.

    What happens without a word: its own unit and every pair and phrase it belongs to go whole, and as a bag always
    has the length one, all units that remain pull by one and the same factor more. New are only those pairs and
    phrases that its neighbours now form.
    """
    return tuple(_word(evidence.tokens[at], share) for at, share in _shares(evidence, pull)[:_MOST_WORDS])


def telling_words(evidence: Evidence, pull: Floats, tellable: Set[int]) -> tuple[Word, ...]:
    """The strongest of those words that may be told to the person who wrote them, by their positions; each once."""
    told: dict[str, Word] = {}
    for at, share in _shares(evidence, pull):
        if at in tellable:
            told.setdefault(evidence.tokens[at].lower, _word(evidence.tokens[at], share))
    return tuple(told.values())[:_MOST_TOLD]


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


def sentence_for_resident(words: Sequence[str], department: str, language: str, topic: str = "") -> str:
    """One plain sentence: where the matter went, and which of the resident's own words, or which topic that was
    chosen, sent it there. Without either no reason is made up."""
    language = language if language in _FOR_RESIDENT else DEFAULT_LANGUAGE
    if words:
        said = ", ".join(words[:_MOST_TOLD])
        return _FOR_RESIDENT[language].format(department=department, words=said)
    template = _FOR_RESIDENT_BY_TOPIC[language] if topic else _FOR_RESIDENT_WITHOUT_WORDS[language]
    return template.format(department=department, topic=topic)


def _shares(evidence: Evidence, pull: Floats) -> list[tuple[int, float]]:
    """Positions of words with their shares, the strongest first; what hardly matters is left out."""
    credit_of: dict[int, float] = {}
    for unit, strength in zip(evidence.bag.units, pull.tolist(), strict=True):
        for position in unit.tokens:
            credit_of[position] = credit_of.get(position, 0.0) + strength / len(unit.tokens)
    total = sum(credit for credit in credit_of.values() if credit > 0)
    shares = [(position, credit / total) for position, credit in credit_of.items() if credit > 0]
    strongest = sorted(shares, key=lambda pair: (-pair[1], pair[0]))
    return [(position, round(share, 4)) for position, share in strongest if share >= _LEAST_SHARE]


def _word(token: Token, share: float) -> Word:
    return Word(token.text, token.start, token.end, share)
