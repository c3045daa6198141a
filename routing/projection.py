"""From the grid of Polish registers (PUWG 1992, EPSG:2180) to latitude and longitude on WGS 84."""

import math

# GRS 80 and the one zone of the grid.
_RADIUS, _FLATTENING = 6_378_137.0, 1 / 298.257222101
_SCALE, _MERIDIAN = 0.9993, math.radians(19.0)
_EAST, _NORTH = 500_000.0, -5_300_000.0

_N = _FLATTENING / (2 - _FLATTENING)
_RECTIFYING = _RADIUS / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
#: The series of Krüger, to the third order: exact to less than a centimetre here.
_BETA = (
    _N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96,
    _N**2 / 48 + _N**3 / 15,
    17 * _N**3 / 480,
)
_DELTA = (
    2 * _N - 2 * _N**2 / 3 - 2 * _N**3,
    7 * _N**2 / 3 - 8 * _N**3 / 5,
    56 * _N**3 / 15,
)


def from_grid(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a point of the grid, both in degrees."""
    xi = (north - _NORTH) / (_SCALE * _RECTIFYING)
    eta = (east - _EAST) / (_SCALE * _RECTIFYING)
    xi_plain, eta_plain = xi, eta
    for order, beta in enumerate(_BETA, start=1):
        xi_plain -= beta * math.sin(2 * order * xi) * math.cosh(2 * order * eta)
        eta_plain -= beta * math.cos(2 * order * xi) * math.sinh(2 * order * eta)
    conformal = math.asin(math.sin(xi_plain) / math.cosh(eta_plain))
    latitude = conformal + sum(
        delta * math.sin(2 * order * conformal) for order, delta in enumerate(_DELTA, start=1)
    )
    longitude = _MERIDIAN + math.atan2(math.sinh(eta_plain), math.cos(xi_plain))
    return math.degrees(latitude), math.degrees(longitude)
