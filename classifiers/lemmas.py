"""Base forms of words: all lemmas by Morfeusz for Polish, a light cutting of endings for English and Ukrainian."""

import threading
from functools import lru_cache

import morfeusz2

from classifiers.normalise import Token, distinct, find_words, fold

_MAX_LENGTH = 40
_ENGLISH = "ingly edly ings ing ied ies ed es ly s e"
_UKRAINIAN = """
    ованого ування ення ання ість ості ього ого ому ими іми ами ями ові еві ої ою ею ах ях ів ам ям ом ем
    ть ти ла ли ло ий ій их им а я у ю і и е є о ї ь й в
"""
_POLISH = "iego iemu ami ach ego emu iej ymi imi ych ich owi iem om em ow ej ym im ie ia iu a e i o u y"
_ENDINGS = {
    language: tuple(
        sorted({fold(ending) for ending in endings.split()}, key=lambda ending: (-len(ending), ending))
    )
    for language, endings in (("en", _ENGLISH), ("uk", _UKRAINIAN), ("pl", _POLISH))
}
_morfeusz = morfeusz2.Morfeusz(expand_tags=False, generate=False)
_one_at_a_time = threading.Lock()


@lru_cache(maxsize=100_000)
def base_forms(lower: str, language: str) -> tuple[str, ...]:
    """The possible base forms of a word in lower case, folded; at least one. Unknown words lose their ending."""
    folded = fold(lower)
    if len(lower) > _MAX_LENGTH or not lower.isalpha():
        return (folded,)
    if language == "pl":
        return _polish_lemmas(lower) or (cut_ending(folded, "pl"),)
    return (cut_ending(folded, language),)


def is_polish_word(lower: str) -> bool:
    """Whether the Polish dictionary has a word in lower case, as it is spelt; names are in it too."""
    return len(lower) <= _MAX_LENGTH and lower.isalpha() and bool(_polish_lemmas(lower))


def tokens_of(text: str, language: str, start: int = 0) -> tuple[Token, ...]:
    """The words of a text with folded and base forms; offsets count from ``start``."""
    return tuple(token_of(*found, language) for found in find_words(text, start))


def token_of(word: str, start: int, end: int, language: str) -> Token:
    """A word, with where it stands, in its folded and base forms."""
    lower = word.lower()
    return Token(word, start, end, lower, fold(word), base_forms(lower, language))


@lru_cache(maxsize=100_000)
def cut_ending(folded: str, language: str) -> str:
    """The folded word without its longest common ending; what remains has at least three letters."""
    for ending in _ENDINGS[language]:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            return folded[: -len(ending)]
    return folded


def _polish_lemmas(lower: str) -> tuple[str, ...]:
    with _one_at_a_time:
        analyses = _morfeusz.analyse(lower)
    whole = [
        reading
        for start, end, reading in analyses
        if start == 0 and not reading[2].startswith(("ign", "interj"))
    ]
    return distinct(fold(lemma.split(":")[0]) for _, lemma, *_ in whole)
