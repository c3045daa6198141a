"""Finding phrases in a text by base forms, with a little care for "not" and "without"."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifiers.lemmas import tokens_of
from classifiers.normalise import Token

#: Words may stand between the words of a phrase ("wystają tu przewody").
_MOST_BETWEEN = 2
_NEGATIONS_LOOK_BACK = 2
_NEGATIONS = frozenset(
    {"nie", "bez", "brak", "zaden", "nikt", "nic", "ani"}
    | {"no", "not", "without", "never", "nobody", "isn't", "aren't", "wasn't", "don't", "doesn't", "didn't"}
    | {"не", "без", "нема", "немає", "ніхто", "нічого", "жоден"}
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """The possible forms of each word of a phrase: its folded form and its base forms."""

    words: tuple[frozenset[str], ...]

    @property
    def is_negative(self) -> bool:
        return any(word & _NEGATIONS for word in self.words)


@lru_cache(maxsize=16_384)
def compile_phrase(phrase: str, language: str) -> Phrase:
    """The phrase ready to be looked for."""
    return Phrase(tuple(forms(token) for token in tokens_of(phrase, language)))


def find_phrases(phrases: Sequence[str], tokens: Sequence[Token], language: str) -> tuple[Token, ...]:
    """The words of the text that belong to any of the phrases, in the order of the text."""
    text = [forms(token) for token in tokens]
    present = frozenset[str]().union(*text)
    found: set[int] = set()
    for phrase in phrases:
        compiled = compile_phrase(phrase, language)
        if compiled.words and compiled.words[0] & present:
            found |= set(find_phrase(compiled, text) or ())
    return tuple(tokens[at] for at in sorted(found))


def forms(token: Token) -> frozenset[str]:
    return frozenset((token.fold, *token.stems))


def find_phrase(phrase: Phrase, tokens: Sequence[frozenset[str]]) -> tuple[int, ...] | None:
    """The positions of the first place where the phrase stands and is not denied, or None."""
    for first, token in enumerate(tokens):
        if not (token & phrase.words[0]):
            continue
        positions = _follow(phrase, tokens, first)
        if positions and (phrase.is_negative or not _is_denied(tokens, first)):
            return positions
    return None


def _follow(phrase: Phrase, tokens: Sequence[frozenset[str]], first: int) -> tuple[int, ...] | None:
    positions = [first]
    for word in phrase.words[1:]:
        reach = range(positions[-1] + 1, min(positions[-1] + 2 + _MOST_BETWEEN, len(tokens)))
        following = next((position for position in reach if tokens[position] & word), None)
        if following is None:
            return None
        positions.append(following)
    return tuple(positions)


def _is_denied(tokens: Sequence[frozenset[str]], first: int) -> bool:
    before = tokens[max(0, first - _NEGATIONS_LOOK_BACK) : first]
    return any(token & _NEGATIONS for token in before)
