"""Load the city's streets from the official register, and their middles from address points."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from routing.address_points import Columns, Middles, read_middles
from routing.streets_import import import_streets
from routing.tables import BadTable
from routing.teryt import read_streets

_FIELDS = ("street", "number", "lat", "lon", "x", "y")
_MOST_NAMED = 20


class Command(BaseCommand):
    help = (
        "Load streets from the TERYT file ULIC (CSV), and their coordinates from a table of address points. "
        "Repeatable; never overwrites what an administrator edited."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the unpacked ULIC file of the register TERYT")
        parser.add_argument(
            "--gmina",
            action="append",
            required=True,
            metavar="CODE",
            help="TERYT code of the commune, 6 digits or 7 with its kind; may be given several times",
        )
        parser.add_argument("--points", type=Path, metavar="FILE", help="address points as CSV")
        for field in _FIELDS:
            parser.add_argument(f"--{field}-column", default="", metavar="NAME", help=_HELP[field])
        parser.add_argument("--encoding", default="utf-8", help="of the ULIC file; utf-8 without this option")
        parser.add_argument("--points-encoding", default="utf-8", help="of the address points")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            streets = read_streets(options["file"], options["gmina"], encoding=options["encoding"])
            middles = self._middles(options) if options["points"] else None
            done = import_streets(streets=streets, middles=middles)
        except BadTable as error:
            raise CommandError(str(error)) from error
        loaded = done.loaded
        self.stdout.write(
            f"{done.streets} streets in the register: {loaded.created} rows created, {loaded.updated} fields updated, "
            f"{loaded.kept} kept as edited"
        )
        if middles:
            self.stdout.write(
                f"{done.with_middle} streets with coordinates, from {middles.points} address points, of which "
                f"{middles.without_position} have no position"
            )
        if done.unregistered:
            named = ", ".join(done.unregistered[:_MOST_NAMED])
            more = " …" if len(done.unregistered) > _MOST_NAMED else ""
            self.stdout.write(f"not in the register, left as they are: {named}{more}")

    def _middles(self, options: dict[str, Any]) -> Middles:
        columns = Columns(**{field: options[f"{field}_column"] for field in _FIELDS})
        return read_middles(options["points"], columns, encoding=options["points_encoding"])


_HELP = {
    "street": "column of the street's name in the address points",
    "number": "column of the house number",
    "lat": "column of the latitude in degrees (WGS 84)",
    "lon": "column of the longitude in degrees",
    "x": "column of the eastward coordinate in EPSG:2180",
    "y": "column of the northward coordinate in EPSG:2180",
}
