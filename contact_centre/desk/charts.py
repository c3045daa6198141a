"""Charts as data: what ``static/js/charts.js`` draws beside a table that says the same in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One line or row of bars; ``values`` are per cent, None where there is nothing to show. A guide is drawn thin."""

    name: str
    values: Sequence[float | None]
    is_guide: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """``kind``: "line" or "bar". ``caption`` says in a sentence what can be seen; it is the chart's name too."""

    id: str
    kind: str
    caption: str
    labels: Sequence[str]
    series: Sequence[Series]

    @property
    def data(self) -> Mapping[str, Any]:
        """What the script reads."""
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "series": [asdict(series) for series in self.series],
        }


def percent(value: float | None) -> float | None:
    """A share from 0 to 1 as per cent with one decimal; nothing stays nothing."""
    return None if value is None else round(100 * value, 1)
