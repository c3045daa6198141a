"""How alike two short texts are by their words, and which words they share.

Words are compared by their base forms without diacritics ("dziury" is "dziura"), so texts in two languages share next
to nothing. A word that many of the compared texts have says little.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from classifiers.lemmas import base_forms, cut_ending
from classifiers.normalise import fold
from classifiers.types import DEFAULT_LANGUAGE, LANGUAGES

#: What comes later says the same again, and the time stays bounded.
MOST_CHARACTERS = 400
Stems = frozenset[str]

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_SHORTEST = 3
#: So many further texts are imagined in which no word stands: among two texts no word is common yet.
_IMAGINED = 20
#: Words of grammar, greeting and politeness, folded: two texts that share only these share nothing.
_POLISH = """
    aby albo ale bardzo bez bo byc byl byla bylo byly bym chce chcialbym chcialabym czesc czy dla dlatego dlaczego
    dnia dni dzien dobry dobre dzisiaj dzis gdy gdzie ich jak jaka jaki jakie jako jego jej jest jestem jestesmy
    jeszcze jezeli juz kiedy kilka kolo kto ktora ktore ktory ktos lub mam mamy maja mial miala mnie moga moge moj moja
    moje mozna moze nad nam nami nas nasz nasza nasze nic nie niego nim niz obok oraz panstwo panstwa pan pani pod
    ponownie poniewaz pozdrawiam prosze prosba przed przez przy raz razy rowniez sie sobie sprawa sprawie sprawy
    swoj taka taki takie tam tego tej ten teraz tez tylko tym tyle was wiec wczoraj wszystko zeby zglaszam zglosic
    zgloszenie znowu zostal zostala zostalo zostaly bedzie beda ulica ulicy ulice
"""
_ENGLISH = """
    about after again all also and any are been because been before but can could day days did does dear for from get
    had has have hello her his how its just like make many may more most much need near not now off one only other our
    out over please regards report reporting should since some somebody someone sir street than thank thanks that the
    their them then there these they this those time today too very want was were what when where which who why will
    with would yesterday you your
"""
_UKRAINIAN = """
    або але без біля був була були було буде будуть бути вас ваш ваша вже вони все він вона воно вчора день дня для
    добрий доброго дуже дякую его знову його коли має мені мене мною можна може мій моя нам нами нас наш наша наше ним
    ними один перед під після при про просимо прошу раз саме себе сьогодні так також там тепер тим тих тільки тому хто
    це цей цього чому чи що щоб щодо який яка яке які вулиця вулиці вулицю повідомляю повідомити
"""
_STOP_WORDS = frozenset(fold(word) for word in f"{_POLISH} {_ENGLISH} {_UKRAINIAN}".split())


@dataclass(frozen=True, slots=True)
class Bag:
    """The words of a text that say something: their base forms, each beside the word as it was written first."""

    words: Mapping[Stems, str]
    stems: Stems


@dataclass(frozen=True, slots=True)
class Likeness:
    """From 0, nothing in common, to 1, the same words; ``shared`` as the first text has them, the rarest first."""

    score: float
    shared: tuple[str, ...]


def bag_of(text: str, language: str = DEFAULT_LANGUAGE) -> Bag:
    """The words that say something, each once. Numbers and what comes after 400 characters are left out."""
    language = language if language in LANGUAGES else DEFAULT_LANGUAGE
    words: dict[Stems, str] = {}
    for word in _WORD.findall(text[:MOST_CHARACTERS]):
        stems = _stems(word.lower(), language)
        if stems and stems not in words:
            words[stems] = word
    return Bag(words, frozenset().union(*words))


def likenesses(text: Bag, others: Sequence[Bag]) -> list[Likeness]:
    """How alike the text is to each of the others; rarity is counted among all of them."""
    weights = _Weights((text, *others))
    whole = weights.of(text.words)
    return [_likeness(text, whole, other, weights) for other in others]


class _Weights(dict[Stems, float]):
    """How much a word says: the logarithm of how few of the texts have it."""

    def __init__(self, bags: Sequence[Bag]) -> None:
        super().__init__()
        self._texts = _IMAGINED + len(bags)
        self._counts = Counter(chain.from_iterable(bag.stems for bag in bags))

    def __missing__(self, stems: Stems) -> float:
        """By the commonest of its base forms: a word is no rarer for having a second reading."""
        weight = self[stems] = math.log(self._texts / max(self._counts[stem] for stem in stems))
        return weight

    def of(self, words: Iterable[Stems]) -> float:
        return sum(map(self.__getitem__, words))


def _likeness(text: Bag, whole: float, other: Bag, weights: _Weights) -> Likeness:
    """The mean (geometric) of two shares: how much of each text stands in the other one too."""
    common = text.stems & other.stems
    if not common:
        return Likeness(0.0, ())
    ours = sorted((stems for stems in text.words if not common.isdisjoint(stems)), key=lambda s: -weights[s])
    theirs = [stems for stems in other.words if not common.isdisjoint(stems)]
    shares = weights.of(ours) / whole * weights.of(theirs) / weights.of(other.words)
    return Likeness(round(math.sqrt(shares), 4), tuple(text.words[stems] for stems in ours))


@lru_cache(maxsize=50_000)
def _stems(lower: str, language: str) -> Stems:
    folded = fold(lower)
    if len(folded) < _SHORTEST or folded in _STOP_WORDS:
        return frozenset()
    # Beside the lemmas the word without its ending: whoever leaves out diacritics writes words no dictionary has.
    return frozenset((*base_forms(lower, language), f"{cut_ending(folded, language)}-"))
