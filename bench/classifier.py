"""Reading texts on one core: texts a second, milliseconds for one, loading, memory, training; and what its
probabilities and its word on the language are worth on the validation texts.

Aims: the category alone 2,000 texts/s, a whole understanding 500 texts/s with the city's gazetteer and 8 ms for one
(p95), loading 2 s beyond the import of spaCy, 350 MB resident, training 90 s. A ratio above 1 misses its aim.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench._city import city
from bench._engines import ROOT, Figures, percentiles
from classifiers.corpus import CORPUS_DIR, Example
from classifiers.model import Model, load, read_manifest
from classifiers.normalise import prepare
from classifiers.training import read_validation, train
from classifiers.types import Catalogue, Gazetteer
from classifiers.understand import MOST_CHARACTERS, understand

ROUNDS = 3
#: Of shorter texts the language is often a matter of opinion.
LEAST_WORDS = 4
AIMS = {
    "category_texts_per_second": 2000,
    "understand_texts_per_second": 500,
    "one_text_p95_ms": 8.0,
    "load_seconds": 2.0,
    "resident_mb": 350,
    "training_seconds": 90,
}
#: A process of its own, which then reads all texts, so that what it remembers counts too.
LOADING = """
import json, pathlib, sys, time
import spacy
began = time.perf_counter()
from classifiers.model import load
model = load(pathlib.Path(sys.argv[1]))
seconds = time.perf_counter() - began
for text in json.load(sys.stdin):
    model.read(text, model.language.detect(text, None)[0])
resident = pathlib.Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]
print(json.dumps({"load_seconds": round(seconds, 2), "resident_mb": round(int(resident) / 1024)}))
"""


def main() -> None:
    with city() as (catalogue, gazetteer), tempfile.TemporaryDirectory(prefix="bench-models-") as models:
        began = time.perf_counter()
        directory = Path(models) / train(CORPUS_DIR, catalogue, Path(models))
        training_seconds = time.perf_counter() - began
        validation = read_validation(catalogue)
        texts = [example.text for example in validation]
        model, manifest = load(directory), read_manifest(directory)
        found: Figures = {
            **_loading(directory, texts),
            **_reading(model, texts, catalogue, gazetteer),
            "training_seconds": round(training_seconds, 1),
            "language": _language(model, validation),
            "calibration_error": manifest["validation"]["calibration_error"],
            "reliability": manifest["reliability"],
        }
    ratios = {name: round(_ratio(name, found[name]), 2) for name in AIMS}
    examples = manifest["examples"]["all"]
    figures = {"bench": "classifier", "texts": len(texts), "examples": examples, **found, "aims": AIMS}
    print(json.dumps({**figures, "ratios": ratios, "ratio": max(ratios.values())}, indent=2))


def _ratio(name: str, figure: float) -> float:
    return AIMS[name] / figure if name.endswith("per_second") else figure / AIMS[name]


def _reading(model: Model, texts: Sequence[str], catalogue: Catalogue, gazetteer: Gazetteer) -> Figures:
    """Rates in batches: first meeting with most words, then the best of some rounds; and each text by itself."""

    def category(text: str) -> None:
        prepared = prepare(text, MOST_CHARACTERS).text
        model.categories(prepared, model.language.detect(prepared, None)[0])

    def whole(text: str) -> None:
        understand(text, catalogue=catalogue, gazetteer=gazetteer, model=model)

    first = sum(_seconds(whole, texts))
    alone = min(sum(_seconds(category, texts)) for _ in range(ROUNDS))
    rounds = [_seconds(whole, texts) for _ in range(ROUNDS)]
    one = percentiles([seconds for times in rounds for seconds in times])
    return {
        "category_texts_per_second": round(len(texts) / alone),
        "understand_texts_per_second": round(len(texts) / min(map(sum, rounds))),
        "understand_texts_per_second_first_time": round(len(texts) / first),
        "one_text_p50_ms": one["p50_ms"],
        "one_text_p95_ms": one["p95_ms"],
    }


def _language(model: Model, validation: Sequence[Example]) -> Figures:
    """How often the language is told right, without the hint of a page."""
    asked = [example for example in validation if len(example.text.split()) >= LEAST_WORDS]
    told = [model.language.detect(prepare(example.text, MOST_CHARACTERS).text)[0] for example in asked]
    right = sum(language == example.language for language, example in zip(told, asked, strict=True))
    return {"texts": len(asked), "accuracy": round(right / len(asked), 4)}


def _seconds(read: Callable[[str], None], texts: Sequence[str]) -> list[float]:
    seconds = []
    for text in texts:
        began = time.perf_counter()
        read(text)
        seconds.append(time.perf_counter() - began)
    return seconds


def _loading(directory: Path, texts: Sequence[str]) -> Figures:
    command = [sys.executable, "-c", LOADING, str(directory)]
    done = subprocess.run(
        command, cwd=ROOT, input=json.dumps(texts), stdout=subprocess.PIPE, text=True, check=True
    )
    figures: Figures = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    main()
