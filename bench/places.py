"""Finding the place in a text: how many streets of our 200 sentences are found and resolved, and milliseconds for a
text of 40 words with 600 streets, and how they grow.

Aims: F1 at least 0.90 in each language; at most 0.3 ms. The same time per word is expected for texts ten times as long
and for ten times the streets.
"""

import json
import random
import time
from itertools import product

from bench._engines import Figures, percentiles
from classifiers.lemmas import tokens_of
from classifiers.normalise import Token
from classifiers.places import find_place
from classifiers.types import Gazetteer, StreetEntry
from tests.classifiers.places_score import DISTRICTS, read_gazetteer, read_sentences, score

WORDS, STREETS = 40, 600
AIM_MS = 0.3
ROUNDS = 40
_BEGINNINGS = [
    "Brzo",
    "Kali",
    "Jaro",
    "Mira",
    "Luto",
    "Podo",
    "Rado",
    "Sulo",
    "Tyma",
    "Wilo",
    "Zawa",
    "Grabo",
    "Kruszy",
    "Dobie",
    "Moszcze",
]
_MIDDLES = ["cho", "ga", "lu", "mi", "ni", "ro", "sta", "szy", "wi", "żo"]
_ENDINGS = ["wska", "wa", "cka", "na", "nowa", "rska", "dzka", "lna"]

Text = tuple[str, tuple[Token, ...]]


def main() -> None:
    texts = [text for language in ("pl", "en", "uk") for text in read_texts(language, WORDS)]
    long_texts = [text for language in ("pl", "en", "uk") for text in read_texts(language, 10 * WORDS)]
    town, city = make_town(STREETS), make_town(10 * STREETS)
    index_ms = milliseconds(town)
    again_ms = milliseconds(make_town(STREETS))
    first = measure(texts, town, rounds=1)
    usual = measure(texts, town, ROUNDS)
    per_word = usual["p50_ms"] / WORDS
    figures: Figures = {
        "bench": "places",
        "street_f1": street_f1(),
        "texts": len(texts),
        "index_ms": index_ms,
        "same_streets_read_again_ms": again_ms,
        "first_time": first,
        "usual": usual,
        "microseconds_per_word": round(1000 * per_word, 2),
        "ratio_to_aim": round(usual["p95_ms"] / AIM_MS, 2),
        "ratio_per_word_at_400_words": round(
            measure(long_texts, town, ROUNDS)["p50_ms"] / (10 * WORDS) / per_word, 2
        ),
        "ratio_per_word_at_6000_streets": round(measure(texts, city, ROUNDS)["p50_ms"] / WORDS / per_word, 2),
    }
    print(json.dumps(figures, indent=2))


def street_f1() -> dict[str, float]:
    """Streets found and resolved in our sentences, with the streets of their town: of all and by language."""
    rows, gazetteer = read_sentences(), read_gazetteer()
    parts = {name: [row for row in rows if row["language"] == name] for name in ("pl", "en", "uk")}
    return {name: round(score(part, gazetteer).f1, 3) for name, part in ({"all": rows} | parts).items()}


def read_texts(language: str, words: int) -> list[Text]:
    """Our sentences of a language, put together to texts of that many words; the last one is left out."""
    said = " ".join(row["text"] for row in read_sentences() if row["language"] == language).split()
    said *= 1 + words // len(said)
    texts = [" ".join(said[start : start + words]) for start in range(0, len(said) - words + 1, words)]
    return [(text, tokens_of(text, language)) for text in texts]


def make_town(size: int) -> Gazetteer:
    """The streets of our sentences among invented ones."""
    known = read_gazetteer().streets
    names = ["".join(parts) for parts in product(_BEGINNINGS, _MIDDLES, _MIDDLES, _ENDINGS)]
    random.Random(size).shuffle(names)
    invented = (
        StreetEntry(number, "ul.", name, None) for number, name in enumerate(names[: size - len(known)], 1000)
    )
    return Gazetteer((*known, *invented), DISTRICTS)


def milliseconds(gazetteer: Gazetteer) -> float:
    """How long the first look into a gazetteer takes: its index is made, or found again by its streets."""
    began = time.perf_counter()
    find_place("x", tokens_of("x", "pl"), gazetteer)
    return round(1000 * (time.perf_counter() - began), 2)


def measure(texts: list[Text], gazetteer: Gazetteer, rounds: int) -> dict[str, float]:
    """Milliseconds for one text; the index of the gazetteer is there already."""
    milliseconds(gazetteer)
    seconds = []
    for _ in range(rounds):
        for text, tokens in texts:
            began = time.perf_counter()
            find_place(text, tokens, gazetteer)
            seconds.append(time.perf_counter() - began)
    return percentiles(seconds)


if __name__ == "__main__":
    main()
