"""Which classifier to ask for the category: ours beside those of spaCy, thinc and scikit-learn, on the same texts.

All learn from the corpus and are judged by the validation texts; with ``--texts FILE --map CSV`` also by texts from
outside, as ``manage.py evaluate`` does. Seconds are those of the processor, on one core; ``--seconds`` bounds those
that learn in rounds (300), ``--only`` names some.
"""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bench._city import city
from bench._engines import Figures
from bench._rivals import RIVALS, Lesson, Taught
from classifiers.calibration import macro_f1
from classifiers.corpus import CASE, CORPUS_DIR, Example, read_corpus
from classifiers.evaluation import mark, read_mapping, read_texts
from classifiers.material import gather
from classifiers.training import read_validation


def main() -> None:
    options = _options()
    with city() as (catalogue, _):
        examples = gather(read_corpus(CORPUS_DIR), catalogue).examples
        lesson = Lesson([example for example in examples if example.label], catalogue, options.seconds)
        validation = [e for e in read_validation(catalogue) if e.label and e.noncase == CASE]
        table: Figures = {}
        for name in options.only or RIVALS:
            began = time.process_time()
            taught = RIVALS[name](lesson)
            seconds = time.process_time() - began
            table[name] = {
                **_own(taught, validation),
                "training_seconds": round(seconds, 1),
                "size_mb": round(taught.size / 1e6, 1),
                **{path.stem: _outside(taught, path, options) for path in options.texts},
            }
            print(name, json.dumps(table[name]), file=sys.stderr, flush=True)
    print(json.dumps({"bench": "categories", "examples": len(lesson.texts), "table": table}, indent=2))


def _options() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, action="append", default=[])
    parser.add_argument("--map", type=Path)
    parser.add_argument("--group", action="append", default=[], metavar="A,B")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--only", action="append", choices=list(RIVALS))
    options = parser.parse_args()
    if options.texts and not options.map:
        parser.error("--texts needs --map")
    return options


def _own(taught: Taught, validation: list[Example]) -> Figures:
    taught.guess(validation[:100])
    began = time.process_time()
    guesses = taught.guess(validation)
    seconds = time.process_time() - began
    truth = [example.label for example in validation]
    return {
        "macro_f1": round(macro_f1(truth, guesses), 3),
        "top_1": mark(truth, guesses)["accuracy"],
        "texts_per_second": round(len(truth) / seconds),
    }


def _outside(taught: Taught, path: Path, options: Namespace) -> Figures:
    """On rows that are cases and not marked as suspect."""
    mapping = read_mapping(options.map)
    rows = [row for row in read_texts(path, without_suspect=True) if row.label in frozenset(mapping.values())]
    guesses = taught.guess([Example(row.text, row.language, "") for row in rows])
    groups = [frozenset(group.split(",")) for group in options.group]
    marks = mark([row.label for row in rows], [mapping.get(code, "") for code in guesses], groups)
    return {"macro_f1": marks["macro_f1"], "top_1": marks["accuracy"], "texts": len(rows)}


if __name__ == "__main__":
    main()
