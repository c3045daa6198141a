"""The classifiers that ours is compared with must learn, else the comparison flatters us."""

from collections.abc import Callable

import pytest

from bench._rivals import RIVALS, Lesson, Taught
from classifiers.corpus import Example
from classifiers.types import Catalogue

_SAID = {
    "light": ("The street lamp is dark", "Lampa nie świeci", "Lights are out on our road", "Latarnia zgasła"),
    "bin": (
        "The bin is full of litter",
        "Kosz jest pełny śmieci",
        "Rubbish lies around",
        "Śmieci na trawniku",
    ),
    "tree": (
        "A branch fell off the tree",
        "Gałąź drzewa spadła",
        "The tree leans over",
        "Drzewo się chwieje",
    ),
}
_TEXTS = [Example(text, "en", label) for label, texts in _SAID.items() for text in texts]


#: Ours has tests of its own; networks that read words in their context need longer than a test may take.
_QUICK = sorted(set(RIVALS) - {"ours", "spaCy TextCatEnsemble", "spaCy TextCatParametricAttention"})


@pytest.mark.parametrize("name", _QUICK)
def test_each_of_them_knows_what_it_was_taught(name: str):
    teach: Callable[[Lesson], Taught] = RIVALS[name]
    taught = teach(Lesson(_TEXTS * 8, Catalogue(()), seconds=3.0))
    guesses = taught.guess(_TEXTS)
    right = sum(guess == example.label for guess, example in zip(guesses, _TEXTS, strict=True))
    assert right >= 11, (name, guesses)
