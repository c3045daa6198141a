"""What the administrator's page on the classifier shows: tables in words, and the charts beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from cases.queries.learning import Corrections, Week
from classifiers.store.models import ModelVersion
from classifiers.types import NO_CASE
from contact_centre.desk.charts import Chart, Series, percent
from routing.models import Category

_DEMANDS = {
    "ENOUGH_DECISIONS": gettext_lazy("Enough recent decisions to compare on"),
    "RECENT": gettext_lazy("More often right on recent decisions, by a point and by more than chance"),
    "VALIDATION": gettext_lazy("Not worse on the validation texts"),
    "LEGAL": gettext_lazy("No more matters of law passed on without a person"),
    "LEGAL_RECENT": gettext_lazy("The same on recent decisions"),
    "ROUTED": gettext_lazy("What it passes on by itself is right as often"),
    "CATEGORY": gettext_lazy("Not worse in a large category"),
}
_COUNTED = frozenset({"ENOUGH_DECISIONS"})
_BY_CATEGORY = frozenset({"CATEGORY"})


class TextSet(TextChoices):
    """The texts that a version was measured on."""

    VALIDATION = "validation", gettext_lazy("Validation texts")
    RECENT = "recent", gettext_lazy("Recent decisions")


@dataclass(frozen=True, slots=True)
class Demand:
    """A demand of the gate in words, with both figures as they are read."""

    words: str
    is_met: bool
    candidate: str
    serving: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category in the table; shares in per cent."""

    name: str
    texts: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Names:
    """The names of categories by code; a code that is gone stands for itself."""

    by_code: Mapping[str, str]

    @classmethod
    def today(cls) -> "Names":
        """In the language of the reader, retired ones too: old figures speak of them."""
        return cls({category.code: category.name for category in Category.objects.all()})

    def of(self, code: str) -> str:
        return (
            pgettext("instead of a category", "no case") if code == NO_CASE else self.by_code.get(code, code)
        )


def demands(row: ModelVersion, names: Names) -> list[Demand]:
    """What the gate found when the version was compared; empty when it never was."""
    return [_demand(finding, names) for finding in row.verdict.get("findings", [])]


def category_rows(report: Mapping[str, Any], names: Names) -> list[CategoryRow]:
    """Precision and recall of each category, the weakest first."""
    rows = [
        CategoryRow(
            names.of(code),
            int(row["texts"]),
            100 * row["precision"],
            100 * row["recall"],
            100 * row["f1"],
        )
        for code, row in report.get("by_category", {}).items()
    ]
    return sorted(rows, key=lambda row: (row.f1, row.name))


def confusions(report: Mapping[str, Any], names: Names) -> list[tuple[str, str, int]]:
    """What was taken for what, and how often; the most frequent first."""
    return [(names.of(truth), names.of(guess), texts) for truth, guess, texts in report.get("confusion", [])]


def category_chart(rows: Sequence[CategoryRow]) -> Chart:
    """The weakest categories, precision beside recall."""
    shown = rows[:15]
    return Chart(
        "chart-categories",
        "bar",
        _("The fifteen weakest categories"),
        [row.name for row in shown],
        [
            Series(_("Precision"), [round(row.precision, 1) for row in shown]),
            Series(_("Recall"), [round(row.recall, 1) for row in shown]),
        ],
    )


def calibration_chart(report: Mapping[str, Any]) -> Chart:
    """How often it is right when it says how sure it is, beside what would be perfect."""
    points = report.get("calibration", [])
    said = [percent(point[0]) for point in points]
    return Chart(
        "chart-calibration",
        "line",
        _("How often it is right when it says how sure it is"),
        [f"{value:.0f} %" for value in said if value is not None],
        [
            Series(_("Right"), [percent(point[1]) for point in points]),
            Series(_("As it should be"), said, is_guide=True),
        ],
    )


def coverage_chart(report: Mapping[str, Any]) -> Chart:
    """What one line for all categories would let through, and how much of that is right."""
    points = report.get("coverage_at", [])
    return Chart(
        "chart-coverage",
        "line",
        _("How much would pass a line, and how much of that is right"),
        [f"{100 * point[0]:.0f} %" for point in points],
        [
            Series(_("Would pass"), [percent(point[1]) for point in points]),
            Series(_("Of that right"), [percent(point[2]) if point[1] else None for point in points]),
        ],
    )


def drift_chart(weeks: Sequence[Week]) -> Chart:
    """Certainty, what was passed on and what was corrected, week by week."""
    return Chart(
        "chart-drift",
        "line",
        _("Certainty, passing on and corrections by week"),
        [date_format(week.begins, "SHORT_DATE_FORMAT") for week in weeks],
        [
            Series(_("Certainty"), [percent(week.certainty) for week in weeks]),
            Series(_("Passed on by itself"), [percent(week.routed) for week in weeks]),
            Series(_("Corrected by a person"), [percent(week.corrected) for week in weeks]),
        ],
    )


def correction_chart(rows: Sequence[Corrections], names: Names) -> Chart:
    """The categories that people corrected most."""
    shown = [row for row in rows if row.corrected][:15]
    return Chart(
        "chart-corrections",
        "bar",
        _("The categories that people corrected most"),
        [names.of(row.code) for row in shown],
        [Series(_("Corrected"), [percent(row.share) for row in shown])],
    )


def _demand(finding: Mapping[str, Any], names: Names) -> Demand:
    words = str(_DEMANDS.get(finding["code"], finding["code"]))
    if finding["code"] in _BY_CATEGORY:
        words = f"{words}: {names.of(finding['category'])}"
    figures = (_figure(finding, side) for side in ("candidate", "serving"))
    return Demand(words, finding["is_met"], *figures)


def _figure(finding: Mapping[str, Any], side: str) -> str:
    value = float(finding[side])
    return f"{value:.0f}" if finding["code"] in _COUNTED else f"{100 * value:.1f} %"
