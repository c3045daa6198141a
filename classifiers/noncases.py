"""Whether it is a matter for the city hall at all. The doubtful stay cases: nothing is lost by a look."""

from classifiers.corpus import CASE
from classifiers.explain import Evidence, deciding_words
from classifiers.scoring import Scored
from classifiers.types import NonCaseFinding


def judge_noncase(evidence: Evidence, scored: Scored, threshold: float) -> NonCaseFinding | None:
    """What the text is instead of a case, when all that it may be instead is together surer than the threshold."""
    if not evidence.tokens or 1.0 - scored.of(CASE) < threshold:
        return None
    best = next(label for label in scored.best(2) if scored.labels[label] != CASE)
    words = deciding_words(evidence, scored.pull(best))
    return NonCaseFinding(scored.labels[best], round(float(scored.probabilities[best]), 4), words)
