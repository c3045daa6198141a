"""How good the program is that sorts requests, in words for everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.queries.fates import Fates, Share
from classifiers.store.figures import Figures


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table: what is measured, in one sentence what it means, and the result in per cent."""

    name: str
    meaning: str
    percent: float


@dataclass(frozen=True, slots=True)
class Lately:
    """One row of the table of daily work: a share for each period, None where too few cases would stand behind it."""

    name: str
    meaning: str
    shares: tuple[Share | None, ...]


_MEASURES = (
    ("accuracy", _("Right topic"), _("Of 100 texts, so many get the right topic.")),
    (
        "macro_f1",
        _("Right topic, with rare topics counted alike"),
        _("How well it knows a topic on average. A rare topic counts as much as a common one."),
    ),
    (
        "coverage",
        _("Passed on without a person"),
        _("Of 100 reports, it passes on so many by itself. People read the others."),
    ),
    (
        "precision",
        _("Passed on correctly"),
        _("Of 100 reports that it passes on by itself, so many have the right topic."),
    ),
    (
        "legal_recall",
        _("Matters of law noticed"),
        _("Of 100 matters of law, it gives so many to a person. We want this to be all of them."),
    ),
    (
        "urgency_recall",
        _("Urgent matters noticed"),
        _("Of 100 urgent reports, it marks so many as urgent. People can mark the others."),
    ),
)


def measures(figures: Figures) -> Iterator[Measure]:
    """The rows for what was measured, in a fixed order."""
    for key, name, meaning in _MEASURES:
        if key in figures.shares:
            yield Measure(str(name), str(meaning), 100 * figures.shares[key])


_LATELY = (
    (
        "passed_on",
        _("Passed on without a person"),
        _("Of all requests that the program read."),
    ),
    (
        "corrected",
        _("Corrected by a person later"),
        _("Of those it passed on: a person chose another topic, or found that it is no request at all."),
    ),
    (
        "first_chosen",
        _("The first suggestion was the right one"),
        _("Of those for which a person chose the topic: it was the one that the program had named first."),
    ),
)


def lately(fates: Sequence[Fates]) -> Iterator[Lately]:
    """The rows for what became of new requests; none where every share of every period is missing."""
    for key, name, meaning in _LATELY:
        shares = tuple(getattr(period, key) for period in fates)
        if any(share is not None for share in shares):
            yield Lately(str(name), str(meaning), shares)
