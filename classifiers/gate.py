"""The gate between a candidate and serving: what must hold before a model may replace another by itself.

Both judge the same texts: the validation texts, which no model learns from, and the newest decisions of people, which
the candidate did not see. A model that is only different is not better.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from classifiers.judging import Judged, describe, share

#: On recent decisions the candidate must be right so much more often, and by more than chance (one deviation).
MARGIN = 0.01
#: On the validation texts it may lose this much at most: a few texts there are a matter of luck.
TOLERANCE = 0.01
#: A category with so many texts is large: there it may be wrong at most in one text, or one of twenty, more often.
LARGE, MOST_LOST = 15, 0.05
#: Fewer recent decisions than that say nothing.
LEAST_RECENT = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One demand with both figures. ``code`` names the demand; ``category`` only where it is about one."""

    code: str
    is_met: bool
    candidate: float
    serving: float
    category: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate may take over by itself, and all findings, unmet ones among them."""

    findings: tuple[Finding, ...]

    @property
    def is_better(self) -> bool:
        return all(finding.is_met for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        return {"is_better": self.is_better, "findings": [asdict(finding) for finding in self.findings]}


@dataclass(frozen=True, slots=True)
class Hearing:
    """How one model judged the texts of both sets."""

    validation: Sequence[Judged]
    recent: Sequence[Judged]


def compare(candidate: Hearing, serving: Hearing) -> Verdict:
    """The findings on a candidate and the model that serves; both heard the same texts in the same order."""
    ours, theirs = describe(candidate.validation), describe(serving.validation)
    here, there = describe(candidate.recent), describe(serving.recent)
    return Verdict(
        (
            _enough(candidate),
            _gain(candidate.recent, serving.recent),
            _kept("VALIDATION", ours["macro_f1"], theirs["macro_f1"]),
            _kept("LEGAL", ours["legal_recall"], theirs["legal_recall"], 0.0),
            _kept("LEGAL_RECENT", here["legal_recall"], there["legal_recall"], 0.0),
            _kept("ROUTED", here["routed_precision"], there["routed_precision"]),
            *_lost_categories(candidate, serving),
        )
    )


def _enough(candidate: Hearing) -> Finding:
    texts = len(candidate.recent)
    return Finding("ENOUGH_DECISIONS", texts >= LEAST_RECENT, texts, LEAST_RECENT)


def _gain(candidate: Sequence[Judged], serving: Sequence[Judged]) -> Finding:
    pairs = list(zip(candidate, serving, strict=True))
    won = sum(ours.is_right and not theirs.is_right for ours, theirs in pairs)
    lost = sum(theirs.is_right and not ours.is_right for ours, theirs in pairs)
    is_met = won - lost >= MARGIN * len(pairs) and won - lost > sqrt(won + lost)
    ours, theirs = (share([one.is_right for one in judged]) for judged in (candidate, serving))
    return Finding("RECENT", is_met, ours, theirs)


def _kept(code: str, ours: float, theirs: float, tolerance: float = TOLERANCE) -> Finding:
    return Finding(code, ours >= theirs - tolerance, ours, theirs)


def _lost_categories(candidate: Hearing, serving: Hearing) -> list[Finding]:
    """Large categories in which the candidate is right clearly less often; none is good news."""
    ours, theirs = _right_by_category(candidate), _right_by_category(serving)
    texts = Counter(one.truth for one in (*serving.validation, *serving.recent))
    return [
        Finding("CATEGORY", False, round(ours[code] / count, 4), round(theirs[code] / count, 4), code)
        for code, count in sorted(texts.items())
        if count >= LARGE and theirs[code] - ours[code] > max(1.0, MOST_LOST * count)
    ]


def _right_by_category(hearing: Hearing) -> Counter[str]:
    return Counter(one.truth for one in (*hearing.validation, *hearing.recent) if one.is_right)
