"""Whether a text is in one of our languages at all: by how many of its words are words of theirs."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from classifiers.lemmas import cut_ending, is_polish_word
from classifiers.normalise import find_words, fold

#: What a word says for our languages, or against them. In Latin letters two words of three have to be known.
_KNOWN, _UNKNOWN = 1.5, -3.0
#: Ukrainian and its neighbours share many words, so the letters that only one of them has say more.
_UKRAINIAN, _SHARED, _UNKNOWN_UKRAINIAN, _UNKNOWN_CYRILLIC, _NEIGHBOUR = 3.0, 1.0, 0.0, -3.0, -5.0
#: In shorter texts, and where less speaks against us, a name or two slips would decide.
_LEAST_WORDS, _MOST_AGAINST = 4, -8.0
#: What names say, which are in no dictionary.
_OF_NAMES = (_UNKNOWN, _UNKNOWN_CYRILLIC)
_LATIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyząćęłńóśźż'’ʼ")
_UKRAINIAN_LETTERS = frozenset("іїєґ")
#: Russian, Belarusian and Bulgarian have them, Ukrainian has not.
_NEIGHBOUR_LETTERS = frozenset("ыэёъў")
#: Short words of these neighbours that are written without such letters and mean nothing in Ukrainian.
_NEIGHBOUR_WORDS = """
    и что это вы или очень когда где пожалуйста только нет есть еще был была были его ее из после около возле чтобы
    можно нужно надо здравствуйте здесь сегодня вчера если потому почему меня тебя который которая которое которые
    работает нужен хотел хотела хотите сейчас кто сколько со обо этот эта эти как же ли мне сделать
    што дзе калі каля вельмі гэта альбо дзень дзякуй яшчэ трэба пасля мяне
    моля няма към това след
"""
#: How words end in these languages that end otherwise in Ukrainian: without a letter of ours, and with one.
_NEIGHBOUR_ENDINGS = "ая яя ое ее ую ие ии ию ой ет ит ют ут ят ется утся ится аться иться ага ае"
_BELARUSIAN_ENDINGS = "цца ць"
_OF_NEIGHBOURS = frozenset(_NEIGHBOUR_WORDS.split())
_ENDINGS = {False: tuple(_NEIGHBOUR_ENDINGS.split()), True: tuple(_BELARUSIAN_ENDINGS.split())}
#: Typed on a keyboard that has no Ukrainian letters.
_LATIN_I = str.maketrans("i", "і")
_MOST_WORDS = 200
_MOST_REMEMBERED = 50_000
_ENDS_OF_SENTENCES = ".!?\n:;"
_MAY_STAND_BEFORE = " \t\"'„“«(-"
_LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class KnownWords:
    """The words that the corpus uses, as sorted hashes: Polish ones folded, the others without their endings.

    The Polish dictionary knows many more. Names are in no dictionary, so an unknown word with a capital says nothing.
    """

    hashes: NDArray[np.uint32]
    _remembered: dict[str, float | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, texts: Iterable[tuple[str, str]]) -> "KnownWords":
        """Learnt from pairs of language and text."""
        keys = {_key(word.lower(), language) for language, text in texts for word, _, _ in find_words(text)}
        return cls(np.array(sorted(keys), np.uint32))

    def are_missing_in(self, text: str) -> bool:
        """Whether the text is, as far as its words tell, in a language that is none of ours."""
        words = list(islice(find_words(text), _MOST_WORDS))
        said = [self._says(word.lower()) for word, _, _ in words]
        if _UKRAINIAN not in said and _UNKNOWN_UKRAINIAN not in said:
            # Hardly a Ukrainian sentence does without its own letters: what it shares with others says nothing then.
            said = [None if says == _SHARED else says for says in said]
        # Enough for nearly every text; who wrote what with a capital is only asked where there is a doubt.
        if sum(filter(None, said)) >= 0:
            return False
        is_shouted = text.isupper()
        counted = [
            says
            for says, (word, start, _) in zip(said, words, strict=True)
            if says is not None and (is_shouted or says not in _OF_NAMES or not _is_name(text, word, start))
        ]
        against = sum(says for says in counted if says < 0)
        return len(words) >= _LEAST_WORDS and against <= _MOST_AGAINST and sum(counted) < 0

    def _says(self, lower: str) -> float | None:
        """What a word speaks for; None for what is a word of any language: numbers, codes, single letters."""
        try:
            return self._remembered[lower]
        except KeyError:
            says = self._judge(lower)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[lower] = says
        return says

    def _judge(self, lower: str) -> float | None:
        if lower in _OF_NEIGHBOURS:
            return _NEIGHBOUR
        if len(lower) < 2 or not all(letter.isalpha() or letter in _LATIN_LETTERS for letter in lower):
            return None
        if not any("\u0400" <= letter <= "\u04ff" for letter in lower):
            return _KNOWN if self._know_latin(lower) else _UNKNOWN
        return self._judge_cyrillic(lower.translate(_LATIN_I))

    def _judge_cyrillic(self, lower: str) -> float:
        is_known, is_own = self._have(lower, "uk"), not _UKRAINIAN_LETTERS.isdisjoint(lower)
        if not _NEIGHBOUR_LETTERS.isdisjoint(lower) or (not is_known and lower.endswith(_ENDINGS[is_own])):
            return _NEIGHBOUR
        if is_own:
            return _UKRAINIAN if is_known else _UNKNOWN_UKRAINIAN
        return _SHARED if is_known else _UNKNOWN_CYRILLIC

    def _know_latin(self, lower: str) -> bool:
        # Folded, a word like "été" or "über" may look like one of ours; its letters tell.
        if not _LATIN_LETTERS.issuperset(lower):
            return False
        return self._have(lower, "pl") or self._have(lower, "en") or is_polish_word(lower)

    def _have(self, lower: str, language: str) -> bool:
        key = _key(lower, language)
        at = int(np.searchsorted(self.hashes, np.uint32(key)))
        return at < len(self.hashes) and int(self.hashes[at]) == key


def _key(lower: str, language: str) -> int:
    word = fold(lower)
    return zlib.crc32(f"{language} {word if language == 'pl' else cut_ending(word, language)}".encode())


def _is_name(text: str, word: str, start: int) -> bool:
    """Whether the word has a capital that no beginning of a sentence explains."""
    if not word[0].isupper():
        return False
    before = text[max(0, start - _LOOK_BACK) : start].rstrip(_MAY_STAND_BEFORE)
    return bool(before) and before[-1] not in _ENDS_OF_SENTENCES
