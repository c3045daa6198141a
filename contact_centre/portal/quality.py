"""How good the program is that sorts requests, in words for everybody."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from classifiers.store.figures import Figures


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table: what is measured, in one sentence what it means, and the result in per cent."""

    name: str
    meaning: str
    percent: float


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
