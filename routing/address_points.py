"""Address points (PRG or any table of them): where the middle of each street is."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from routing.folding import fold
from routing.projection import from_grid
from routing.tables import BadTable, header_of, read_rows

Point = tuple[float, float]

#: Names that these columns have in files that are about; compared without case. Options name any other.
_KNOWN_NAMES: Mapping[str, Sequence[str]] = {
    "street": ("ulica", "ulica_nazwa", "nazwa_ulicy", "ulic_nazwa", "ulnazwaglowna", "street"),
    "number": ("numer", "nr", "numer_porzadkowy", "numerporzadkowy", "pktnumer", "number", "housenumber"),
    "lat": ("lat", "latitude", "szerokosc", "szerokosc_geograficzna"),
    "lon": ("lon", "lng", "longitude", "dlugosc", "dlugosc_geograficzna"),
    "x": ("x", "x_epsg_2180", "wsp_x"),
    "y": ("y", "y_epsg_2180", "wsp_y"),
}
_KINDS = {
    "ul": "ul",
    "ulica": "ul",
    "al": "al",
    "aleja": "al",
    "pl": "pl",
    "plac": "pl",
    "os": "os",
    "osiedle": "os",
}
_NO_LETTERS = re.compile('["„”“.,]')
#: Poland with a little around it: what lies elsewhere was read from the wrong columns.
_LATITUDES, _LONGITUDES = (48.5, 55.5), (13.5, 24.7)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what: either ``lat`` and ``lon`` in degrees, or ``x`` (east) and ``y`` (north), EPSG:2180."""

    street: str = ""
    number: str = ""
    lat: str = ""
    lon: str = ""
    x: str = ""
    y: str = ""


@dataclass(frozen=True, slots=True)
class Middles:
    """The middle point of each street by its folded name, and how many points were read and had no position."""

    of_street: Mapping[str, Point]
    points: int
    without_position: int

    def find(self, prefix: str, *names: str) -> Point | None:
        """The middle of the street by the first of its names that is known, with its prefix or without."""
        keys = (street_key(written) for name in names for written in (f"{prefix} {name}", name))
        return next((self.of_street[key] for key in keys if key in self.of_street), None)


def street_key(name: str) -> str:
    """The name by which tables of different offices meet: "plac Wolności" and "pl. Wolności" are "pl wolnosci".

    Streets go without their kind, because some tables write it and others do not.
    """
    first, *rest = _NO_LETTERS.sub(" ", fold(name)).split() or [""]
    kind = _KINDS.get(first)
    if kind is None or not rest:
        return " ".join((first, *rest))
    if rest[0] in _KINDS:  # "ul. Aleja Róż" is an avenue
        return street_key(" ".join(rest))
    return " ".join(rest if kind == "ul" else (kind, *rest))


def read_middles(path: Path, columns: Columns, *, encoding: str = "utf-8") -> Middles:
    """The middle of every street of the file: the address point nearest to the median; raises BadTable."""
    columns = _completed(path, columns, encoding)
    needed = [name for name in (columns.street, columns.number, *_position_columns(columns)) if name]
    found: dict[str, dict[str, Point]] = defaultdict(dict)
    count = without = 0
    for line, row in read_rows(path, needed, encoding=encoding):
        count += 1
        point = _point(path, line, row, columns)
        if point is None:
            without += 1
        elif row[columns.street]:
            number = row[columns.number] if columns.number else str(line)
            found[street_key(row[columns.street])].setdefault(number, point)
    return Middles({name: _middle(list(points.values())) for name, points in found.items()}, count, without)


def _completed(path: Path, columns: Columns, encoding: str) -> Columns:
    """The columns that were named, and the rest by the names that they usually have."""
    by_lower = {name.lower(): name for name in header_of(path, encoding=encoding)}
    guessed = {
        field: next((by_lower[name] for name in names if name in by_lower), "")
        for field, names in _KNOWN_NAMES.items()
    }
    complete = Columns(**{field: getattr(columns, field) or guess for field, guess in guessed.items()})
    if not complete.street or not all(_position_columns(complete)):
        raise BadTable(
            f"{path.name}: name the columns of the street and its position; it has {', '.join(by_lower.values())}"[
                :600
            ]
        )
    return _as_asked(complete, columns)


def _as_asked(complete: Columns, asked: Columns) -> Columns:
    """Without degrees where the grid was asked for by name."""
    if asked.x and not asked.lat:
        return Columns(complete.street, complete.number, x=complete.x, y=complete.y)
    return complete


def _position_columns(columns: Columns) -> tuple[str, str]:
    return (columns.lat, columns.lon) if columns.lat and columns.lon else (columns.x, columns.y)


def _point(path: Path, line: int, row: Mapping[str, str], columns: Columns) -> Point | None:
    first, second = (row[name].replace(",", ".") for name in _position_columns(columns))
    if not first or not second:
        return None
    try:
        values = float(first), float(second)
    except ValueError as error:
        raise BadTable(f"{path.name}, line {line}: {first!r}, {second!r} is no position") from error
    if not all(map(math.isfinite, values)):
        return None
    lat, lon = values if columns.lat and columns.lon else from_grid(*values)
    if not (_LATITUDES[0] <= lat <= _LATITUDES[1] and _LONGITUDES[0] <= lon <= _LONGITUDES[1]):
        raise BadTable(
            f"{path.name}, line {line}: {first}, {second} is not in Poland; are the columns swapped?"
        )
    return lat, lon


def _middle(points: Sequence[Point]) -> Point:
    """One of the points, so that it lies at the street and not inside its bend; six decimals are ten centimetres."""
    lat, lon = median(point[0] for point in points), median(point[1] for point in points)
    narrowing = math.cos(math.radians(lat))
    nearest = min(points, key=lambda point: math.hypot(point[0] - lat, (point[1] - lon) * narrowing))
    return round(nearest[0], 6), round(nearest[1], 6)
